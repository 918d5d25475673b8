package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.linux.ProcessIdentity;
import io.wharf.oci.Specs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanHealthTest {
    private static HealthPlan plan(String config) {
        return PlanHealth.of(container(Specs.config(config), Status.RUNNING)).orElseThrow();
    }

    private static Container container(ContainerConfig config, Status status) {
        ProcessIdentity process = new ProcessIdentity(7, 8, "boot");
        State state = new State(status, 7, 0, "", false, 1000, 0, 0, process, process, 0);
        Sandbox sandbox = new Sandbox("/run/ns/x", "x", "", Map.of(), Map.of(), List.of());
        HostConfig host = Specs.host("{}");
        Definition definition = new Definition(
                1,
                "sha256:x",
                config,
                host,
                NetworkingConfig.NONE,
                new io.wharf.oci.Command("x", List.of()),
                null,
                "fake",
                "",
                false);
        return new Container("id", "name", definition, state, sandbox, false);
    }

    @Test
    void commands_asDockerRunsThem() {
        assertThat(plan("{'Healthcheck':{'Test':['CMD','a','b']}}").probe())
                .isEqualTo(new HealthPlan.Command(List.of("a", "b")));
        assertThat(plan("{'Healthcheck':{'Test':['CMD-SHELL','a b']}}").probe())
                .isEqualTo(new HealthPlan.Command(List.of("/bin/sh", "-c", "a b")));
        assertThat(plan("{'Shell':['/bin/bash','-e'],'Healthcheck':{'Test':['CMD-SHELL','a b']}}")
                        .probe())
                .isEqualTo(new HealthPlan.Command(List.of("/bin/bash", "-e", "a b")));
    }

    @Test
    void times_haveDockersDefaults() {
        HealthPlan plan = plan("{'Healthcheck':{'Test':['CMD','a']}}");
        assertThat(List.of(plan.interval(), plan.timeout(), plan.startPeriod(), plan.startInterval()))
                .containsExactly(30_000_000_000L, 30_000_000_000L, 0L, 5_000_000_000L);
        assertThat(plan.retries()).isEqualTo(3);
        assertThat(plan.run()).isEqualTo(1000);
    }

    @Test
    void labels_goBeforeTheHealthCheck() {
        HealthPlan plan = plan("{'Healthcheck':{'Test':['CMD','a'],'Interval':7000000,'Timeout':8000000,'Retries':9},"
                + "'Labels':{'wharf.health.http':':8080/healthz?deep=1','wharf.health.interval':'5s',"
                + "'wharf.health.start-period':'1m','wharf.health.start-interval':'10ms'}}");
        assertThat(plan.probe())
                .isEqualTo(
                        new HealthPlan.Http(new HealthPlan.Place("/run/ns/x", "127.0.0.1", 8080), "/healthz?deep=1"));
        assertThat(List.of(plan.interval(), plan.timeout(), plan.startPeriod(), plan.startInterval()))
                .containsExactly(5_000_000_000L, 8_000_000L, 60_000_000_000L, 10_000_000L);
        assertThat(plan.retries()).isEqualTo(9);
        assertThat(plan("{'Labels':{'wharf.health.tcp':'[::1]:5432','wharf.health.retries':'1'}}")
                        .probe())
                .isEqualTo(new HealthPlan.Tcp(new HealthPlan.Place("/run/ns/x", "::1", 5432)));
        assertThat(plan("{'Labels':{'wharf.health.http':'10.0.0.1:80'}}").probe())
                .isEqualTo(new HealthPlan.Http(new HealthPlan.Place("/run/ns/x", "10.0.0.1", 80), "/"));
    }

    @Test
    void none_switchesEverythingOff() {
        for (String config : List.of(
                "{}",
                "{'Healthcheck':{}}",
                "{'Healthcheck':{'Test':['NONE']},'Labels':{'wharf.health.tcp':':1','wharf.on-unhealthy':'stop'}}",
                "{'Healthcheck':{'Test':['CMD']}}",
                "{'Healthcheck':{'Test':['OTHER','x']}}")) {
            PlanHealth.check(Specs.config(config));
            assertThat(PlanHealth.of(container(Specs.config(config), Status.RUNNING)))
                    .as(config)
                    .isEmpty();
        }
    }

    @Test
    void whatDoesNotRun_isNotProbed() {
        ContainerConfig config = Specs.config("{'Healthcheck':{'Test':['CMD','a']}}");
        for (Status status : List.of(Status.PAUSED, Status.EXITED, Status.RESTARTING)) {
            assertThat(PlanHealth.of(container(config, status))).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'wharf.health.http':'x'|wharf.health.http=\"x\": expected [ADDRESS]:PORT[/PATH]",
                "'wharf.health.http':':99999/'|wharf.health.http=\":99999/\": 99999 is no port",
                "'wharf.health.http':':0'|0 is no port",
                "'wharf.health.http':':80/a b'|expected [ADDRESS]:PORT[/PATH]",
                "'wharf.health.http':'localhost:80'|expected [ADDRESS]:PORT[/PATH]",
                "'wharf.health.tcp':':80/'|wharf.health.tcp=\":80/\": a TCP probe has no path",
                "'wharf.health.tcp':'1.2.3.400:80'|the address is no IP address",
                "'wharf.health.tcp':'[::g]:80'|expected [ADDRESS]:PORT",
                "'wharf.health.tcp':':1','wharf.health.http':':1'|only one can be",
                "'wharf.health.tpc':':1'|invalid label wharf.health.tpc: there is no such option",
                "'wharf.health.tcp':':1','wharf.health.interval':'5'|wharf.health.interval=\"5\": expected a length of time",
                "'wharf.health.tcp':':1','wharf.health.timeout':'1us'|the shortest time is 1ms",
                "'wharf.health.tcp':':1','wharf.health.retries':'0'|wharf.health.retries=\"0\": expected a number",
                "'wharf.health.tcp':':1','wharf.on-unhealthy':'reboot'|wharf.on-unhealthy=\"reboot\": expected restart or stop",
                "'wharf.on-unhealthy':'stop'|invalid label wharf.on-unhealthy: the container has no health check"
            })
    void wrongLabels_areRefusedByName(String labels, String why) {
        assertThatThrownBy(() -> PlanHealth.check(Specs.config("{'Labels':{" + labels + "}}")))
                .hasMessageContaining(why);
    }
}
