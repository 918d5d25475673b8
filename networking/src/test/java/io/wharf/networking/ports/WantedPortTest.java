package io.wharf.networking.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.networking.address.Ip;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients write of ports. */
class WantedPortTest {
    private static final List<InetAddress> BOTH = List.of(Ip.ANY_V4, Ip.ANY_V6);

    private static List<WantedPort> read(String port, String hostIp, String hostPort) {
        return WantedPort.parse(List.of(), Map.of(port, List.of(new PortBinding(hostIp, hostPort))), false, null);
    }

    @Test
    void ports_areRead() {
        List<WantedPort> wanted = WantedPort.parse(
                List.of("90/tcp", "80/tcp"),
                Map.of("80/tcp", List.of(new PortBinding("127.0.0.1", "8000-8010"), new PortBinding("", ""))),
                true,
                null);
        assertThat(wanted)
                .containsExactly(
                        new WantedPort(Protocol.TCP, 80, List.of(Ip.parse("127.0.0.1")), 8000, 8010),
                        new WantedPort(Protocol.TCP, 80, BOTH, 0, 0),
                        new WantedPort(Protocol.TCP, 90, BOTH, 0, 0));
        assertThat(read("80/udp", "[::1]", "80"))
                .containsExactly(new WantedPort(Protocol.UDP, 80, List.of(Ip.parse("::1")), 80, 80));
        assertThat(read("80/sctp", "", "80")).containsExactly(new WantedPort(Protocol.SCTP, 80, BOTH, 80, 80));
    }

    @Test
    void bindingOfTheNetwork_countsWherePortsNameNone() {
        InetAddress binding = Ip.parse("192.0.2.1");
        Map<String, List<PortBinding>> ports =
                Map.of("80/tcp", List.of(new PortBinding("", "80"), new PortBinding("127.0.0.1", "80")));
        assertThat(WantedPort.parse(List.of(), ports, false, binding))
                .extracting(WantedPort::hosts)
                .containsExactly(List.of(binding), List.of(Ip.parse("127.0.0.1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8010-8000", "70000", "-1", "a", "1-b"})
    void hostPort_isChecked(String port) {
        assertThatThrownBy(() -> read("80/tcp", "", port)).hasMessage("invalid port specification: \"" + port + "\"");
    }
}
