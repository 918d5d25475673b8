package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InfoBodyTest {
    private static final Map<String, Object> ALL =
            Map.of("FirewallBackend", Map.of(), "RegistryConfig", Map.of("Mirrors", "none"));

    @Test
    void registries_ofVersion1Point46_haveFieldsThatAreGoneSince() {
        JsonNode old = InfoBody.of(ALL, ApiVersion.parse("1.46")).get("RegistryConfig");
        assertThat(old.has("AllowNondistributableArtifactsCIDRs")).isTrue();
        assertThat(old.has("AllowNondistributableArtifactsHostnames")).isTrue();
        JsonNode young = InfoBody.of(ALL, ApiVersion.parse("1.47"));
        assertThat(young.get("RegistryConfig")).hasSize(1);
        assertThat(young.has("FirewallBackend")).isFalse();
        assertThat(InfoBody.of(ALL, ApiVersion.parse("1.49")).has("FirewallBackend"))
                .isTrue();
    }
}
