package io.wharf.images.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What hosts of registries want, and which of them may be spoken to in clear text. */
class HostsTest {
    @Test
    void challenge_readsQuotedParameters() {
        Challenge challenge = Challenge.best(List.of(
                        "Basic realm=\"x\"",
                        "Bearer realm=\"https://a/t\",service=\"s, \\\"q\\\"\",scope=\"repository:a:pull,push\""))
                .orElseThrow();
        assertThat(challenge)
                .isEqualTo(new Challenge(
                        "bearer",
                        Map.of("realm", "https://a/t", "service", "s, \"q\"", "scope", "repository:a:pull,push")));
        assertThat(Challenge.best(List.of("Negotiate"))).isEmpty();
    }

    @Test
    void insecure_isThisMachineAndWhatWasSaid() {
        HostsTable registries = new HostsTable(
                io.wharf.contracts.RegistryOptions.of(List.of("10.0.0.0/8", "reg:5000", "plain"), List.of()));
        assertThat(List.of("localhost:5000", "127.9.9.9:1", "[::1]:5000", "10.2.3.4", "reg:5000", "plain:7"))
                .allMatch(registries::isInsecure);
        assertThat(List.of("11.2.3.4", "reg:5001", "no.such.host.invalid")).noneMatch(registries::isInsecure);
    }
}
