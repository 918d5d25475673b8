package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Json;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What older clients say of endpoints. */
class OldEndpointsTest {
    private static final String MAC = "02:00:00:00:00:01";

    private static OldEndpoints.Read read(String version, String mac, String host, String endpoints) {
        return OldEndpoints.read(
                ApiVersion.parse(version),
                mac,
                Json.read(host.replace('\'', '"'), HostConfig.class),
                Json.read("{\"EndpointsConfig\":" + endpoints.replace('\'', '"') + "}", NetworkingConfig.class));
    }

    private static Map<String, EndpointConfig> endpoints(OldEndpoints.Read read) {
        return read.networking().endpointsConfig();
    }

    @Test
    void severalEndpoints_needANewerVersion() {
        assertThatThrownBy(() -> read("1.43", "", "{}", "{'a':{},'b':{}}"))
                .hasMessage("Container cannot be connected to network endpoints: a, b");
        assertThat(endpoints(read("1.44", "", "{}", "{'a':{},'b':{}}"))).containsOnlyKeys("a", "b");
    }

    @Test
    void priorities_countFromTheirVersionOn() {
        assertThat(endpoints(read("1.47", "", "{}", "{'a':{'GwPriority':3}}"))
                        .get("a")
                        .gwPriority())
                .isZero();
        assertThat(endpoints(read("1.48", "", "{}", "{'a':{'GwPriority':3}}"))
                        .get("a")
                        .gwPriority())
                .isEqualTo(3);
    }

    @Test
    void defaultNetwork_isTheBridge() {
        assertThat(endpoints(read("1.51", "", "{'NetworkMode':'default'}", "{'default':{'GwPriority':1}}")))
                .containsOnlyKeys("bridge");
        assertThat(endpoints(read("1.51", "", "{'NetworkMode':'mine'}", "{'default':{}}")))
                .containsOnlyKeys("default");
    }

    @Test
    void addressOfTheWholeContainer_isThatOfItsMainEndpoint() {
        // Before 1.44 that of the endpoint was unknown.
        assertThat(endpoints(read("1.43", "", "{'NetworkMode':'a'}", "{'a':{'MacAddress':'" + MAC + "'}}"))
                        .get("a")
                        .macAddress())
                .isEmpty();
        assertThat(endpoints(read("1.43", MAC, "{'NetworkMode':'a'}", "{'a':{}}"))
                        .get("a")
                        .macAddress())
                .isEqualTo(MAC);
        OldEndpoints.Read newer = read("1.44", MAC, "{}", "{}");
        assertThat(endpoints(newer).get("bridge").macAddress()).isEqualTo(MAC);
        assertThat(newer.warnings()).hasSize(1).first().asString().contains("MacAddress field is now deprecated");
        assertThat(read("1.43", MAC, "{}", "{}").warnings()).isEmpty();
        assertThatThrownBy(() -> read("1.43", MAC, "{'NetworkMode':'host'}", "{}"))
                .hasMessage("conflicting options: mac-address and the network mode");
        assertThatThrownBy(() -> read("1.44", MAC, "{'NetworkMode':'a'}", "{'a':{'MacAddress':'02:00:00:00:00:02'}}"))
                .hasMessageStartingWith("the container-wide MAC address must match");
        assertThatThrownBy(() -> read("1.44", MAC, "{'NetworkMode':'a'}", "{'b':{}}"))
                .hasMessageEndingWith("must match the identity of a network in NetworkSettings.Networks");
    }

    @Test
    void settingsOfTheFirstLink_areThoseOfTheMainEndpoint() {
        String sysctls = "{'Sysctls':{'net.ipv4.conf.eth0.log_martians':'1','net.core.somaxconn':'5'}}";
        OldEndpoints.Read read =
                read("1.46", "", sysctls, "{'bridge':{'DriverOpts':{'com.docker.network.endpoint.sysctls':'x'}}}");
        assertThat(endpoints(read).get("bridge").driverOpts())
                .containsEntry("com.docker.network.endpoint.sysctls", "net.ipv4.conf.IFNAME.log_martians=1,x");
        assertThat(read.host().sysctls()).isEqualTo(Map.of("net.core.somaxconn", "5"));
        assertThat(read.warnings()).hasSize(1).first().asString().startsWith("Migrated sysctl");
        assertThatThrownBy(() -> read("1.48", "", sysctls, "{}"))
                .hasMessageContaining("must be supplied using driver option");
        assertThatThrownBy(() -> read("1.46", "", sysctls.replace("eth0", "eth1"), "{}"))
                .hasMessageContaining("unable to determine network endpoint");
        // Of the host's links they are the host's own.
        assertThat(read("1.51", "", sysctls.replace("{'S", "{'NetworkMode':'host','S"), "{}")
                        .warnings())
                .isEmpty();
    }
}
