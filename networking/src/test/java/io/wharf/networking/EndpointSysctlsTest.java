package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings of links, and that they never lead to other files. */
class EndpointSysctlsTest {
    private static EndpointConfig asked(String sysctls) {
        return new EndpointConfig(
                null, List.of(), List.of(), "", Map.of("com.docker.network.endpoint.sysctls", sysctls), 0);
    }

    @Test
    void on_namesTheLinkOnce() {
        assertThat(
                        EndpointSysctls.of(asked("net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.neigh.ifname.a.b=2=3"))
                                .stream()
                                .map(sysctl -> sysctl.on("web.5")))
                .containsExactly(
                        Map.entry("/proc/sys/net/ipv4/conf/web.5/log_martians", "1"),
                        Map.entry("/proc/sys/net/ipv6/neigh/web.5/a/b", "2=3"));
        assertThat(EndpointSysctls.of(EndpointConfig.NOTHING_ASKED)).isEmpty();
        assertThat(EndpointSysctls.disableIpv6(asked("net.ipv6.conf.IFNAME.disable_ipv6=1")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "net.ipv4.conf.eth0.x=1",
                "net.core.somaxconn=1",
                "net.ipv4.conf.IFNAME.x",
                "kernel.ipv4.conf.IFNAME.x=1",
                "net.ipv4.conf.IFNAME./../../../kernel/core_pattern=x",
                "net.ipv4.conf.IFNAME....kernel=x",
                "net.ipv4.a/b.IFNAME.x=1",
                "=",
            })
    void of_refusesAllElse(String sysctl) {
        assertThatThrownBy(() -> EndpointSysctls.of(asked(sysctl)))
                .hasMessageContaining("unrecognised network interface sysctl '" + sysctl + "'");
    }
}
