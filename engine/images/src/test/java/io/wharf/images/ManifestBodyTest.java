package io.wharf.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestBodyTest {
    private static ManifestBody parse(String announced, String body) {
        return ManifestBody.parse(announced, body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void parse_takesTheAnnouncedFormatOrTheirOwn() {
        assertThat(parse(MediaTypes.OCI_INDEX + "; charset=utf-8", "{\"manifests\":[]}")
                        .isIndex())
                .isTrue();
        assertThat(parse("application/json", "{\"mediaType\":\"" + MediaTypes.DOCKER_LIST + "\"}")
                        .isIndex())
                .isTrue();
        assertThat(parse("", "{\"schemaVersion\":2,\"manifests\":[]}").isIndex())
                .isTrue();
        assertThatThrownBy(() -> parse(MediaTypes.OCI_MANIFEST, "{\"mediaType\":\"" + MediaTypes.OCI_INDEX + "\"}"))
                .hasMessageContaining("announced as");
        assertThatThrownBy(() -> parse(MediaTypes.DOCKER_SCHEMA_1, "{\"schemaVersion\":1}"))
                .hasMessageContaining("schema 1");
        assertThatThrownBy(() -> parse(MediaTypes.OCI_MANIFEST, "<html>")).hasMessageContaining("invalid JSON");
    }

    @Test
    void layers_withoutSizeOrDigestAreRefused() {
        assertThatThrownBy(() -> parse(MediaTypes.OCI_MANIFEST, "{\"layers\":[{\"digest\":\"sha256:00\"}]}")
                        .layers())
                .hasMessageContaining("no size");
        assertThatThrownBy(() -> parse(MediaTypes.OCI_MANIFEST, "{\"layers\":[{\"size\":1,\"digest\":\"sha512:00\"}]}")
                        .layers())
                .hasMessageContaining("unsupported digest algorithm");
    }

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
