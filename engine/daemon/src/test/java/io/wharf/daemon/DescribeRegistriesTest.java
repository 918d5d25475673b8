package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.contracts.RegistryOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DescribeRegistriesTest {
    @Test
    void ranges_standApartFromNames() {
        Map<String, Object> shown = DescribeRegistries.run(
                RegistryOptions.of(List.of("10.0.0.0/8", "registry:5000", "fd00::/8"), List.of()));
        assertThat(shown.get("InsecureRegistryCIDRs")).isEqualTo(List.of("10.0.0.0/8", "fd00::/8", "127.0.0.0/8"));
        assertThat(shown.get("IndexConfigs"))
                .extracting(Object::toString)
                .asString()
                .contains("registry:5000", "docker.io")
                .doesNotContain("10.0.0.0", "fd00");
    }
}
