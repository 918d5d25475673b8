package io.wharf.images.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.contracts.RegistryOptions;
import java.net.InetAddress;
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
        RegistryOptions options = RegistryOptions.of(List.of("10.0.0.0/8", "reg:5000", "plain"), List.of());
        assertThat(HostsTable.names(options, "near.example:5000")).containsExactly("near.example");
        assertThat(HostsTable.names(options, "localhost:5000")).isEmpty();
        assertThat(HostsTable.names(RegistryOptions.of(List.of("reg:5000"), List.of()), "near.example"))
                .isEmpty();
        HostsTable registries = new HostsTable(
                options,
                Map.of(
                        "near.example", List.of(InetAddress.ofLiteral("10.9.9.9")),
                        "far.example", List.of(InetAddress.ofLiteral("11.9.9.9"))));
        assertThat(List.of(
                        "localhost:5000",
                        "127.9.9.9:1",
                        "[::1]:5000",
                        "10.2.3.4",
                        "near.example:5",
                        "reg:5000",
                        "plain:7"))
                .allMatch(registries::isInsecure);
        assertThat(List.of("11.2.3.4", "reg:5001", "far.example", "no.such.host.invalid"))
                .noneMatch(registries::isInsecure);
    }
}
