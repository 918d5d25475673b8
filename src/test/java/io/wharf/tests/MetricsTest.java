package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an operator's tools read. */
@WharfOnly("it shows less, at an address of its own alone")
class MetricsTest {
    private static final String ADDRESS = "127.0.0.1:39323";

    @RegisterExtension
    static final Rig rig = new Rig("--metrics-addr", ADDRESS);

    @Test
    void page_tellsOfRequestsStepsAndWhatContainersUse() {
        rig.ok("run", "-d", "--name", "measured", "busybox", "sleep", "1000");
        List<String> lines = rig.http().get("/metrics").body().lines().toList();
        assertThat(lines).anyMatch(line -> line.startsWith("wharf_request_seconds_count{operation=\"ContainerStart\""));
        assertThat(lines)
                .anyMatch(
                        line -> line.startsWith("wharf_container_step_seconds_bucket{step=\"prepare\",verb=\"start\""));
        assertThat(lines)
                .anyMatch(line -> line.startsWith("wharf_container_memory_bytes{")
                        && line.contains("name=\"measured\"")
                        && Double.parseDouble(line.substring(line.lastIndexOf(' '))) > 0);
        assertThat(lines).anyMatch(line -> line.startsWith("wharf_container_cpu_seconds_total{"));
        assertThat(lines).contains("engine_daemon_container_states_containers{state=\"running\"} 1.0");
        assertThat(lines).anyMatch(line -> line.startsWith("wharf_store_commit_seconds_count"));
        assertThat(lines).anyMatch(line -> line.startsWith("wharf_lanes_busy{room=\"container\"}"));
        assertThat(lines).anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"));
    }

    @Test
    void page_isAlsoAtAnAddressOfItsOwn_andNothingElseIs() {
        assertThat(rig.engine()
                        .machine()
                        .inHost("curl", "-sf", "http://" + ADDRESS + "/metrics")
                        .ok()
                        .out())
                .contains("# TYPE wharf_events_total counter");
        assertThat(rig.engine()
                        .machine()
                        .inHost("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://" + ADDRESS + "/info")
                        .out())
                .isEqualTo("404");
    }

    @Test
    void probes_tellThatAllIsWell_andNameEachCheckOnRequest() {
        assertThat(rig.http().get("/healthz").body()).isEqualTo("ok");
        assertThat(rig.http().get("/readyz").body()).isEqualTo("ok");
        assertThat(rig.http().get("/readyz?verbose=1").body())
                .contains("[+]store ok\n", "[+]disk ok\n")
                .endsWith("passed\n");
    }
}
