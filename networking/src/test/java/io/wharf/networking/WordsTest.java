package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.HostConfig.PortBinding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports and rules in words. */
class WordsTest {
    @Test
    void ports_areRead() {
        List<WantedPort> wanted = WantedPort.parse(
                List.of("90/tcp", "80/tcp"),
                Map.of("80/tcp", List.of(new PortBinding("127.0.0.1", "8000-8010"), new PortBinding("", ""))),
                true);
        assertThat(wanted)
                .containsExactly(
                        new WantedPort(Protocol.TCP, 80, "127.0.0.1", 8000, 8010),
                        new WantedPort(Protocol.TCP, 80, "0.0.0.0", 0, 0),
                        new WantedPort(Protocol.TCP, 90, "0.0.0.0", 0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8010-8000", "70000", "-1", "a", "1-b"})
    void hostPort_isChecked(String port) {
        assertThatThrownBy(() ->
                        WantedPort.parse(List.of(), Map.of("80/tcp", List.of(new PortBinding("", port))), false))
                .hasMessage("invalid port specification: \"" + port + "\"");
    }

    @Test
    void whatIsNotSupportedYet_isSaid() {
        assertThatThrownBy(() ->
                        WantedPort.parse(List.of(), Map.of("80/tcp", List.of(new PortBinding("::1", "80"))), false))
                .hasMessageContaining("IPv6 address ::1 is not supported yet");
        assertThatThrownBy(() ->
                        WantedPort.parse(List.of(), Map.of("80/sctp", List.of(new PortBinding("", "80"))), false))
                .hasMessageContaining("SCTP");
    }

    @Test
    void linkNames_becomeIdentifiers() {
        assertThat(RuleText.identifier("br-1.5")).isEqualTo("br-1.5");
        assertThat(RuleText.identifier("a_b@c")).isEqualTo("a_5fb_40c");
    }
}
