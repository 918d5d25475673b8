package io.wharf.images.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
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
}
