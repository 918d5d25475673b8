package io.wharf.images.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageOptionsTest {
    @Test
    void names_mayBeInCapitals() {
        StorageOptions options = new StorageOptions(Map.of("Overlay2.Size", "10G"));
        options.check(OverlayDriver.NAME);
        assertThat(options.size("overlay2.size")).isEqualTo(10L << 30);
        assertThat(options.size("btrfs.size")).isNull();
        assertThat(StorageOptions.ofContainer(Map.of("SIZE", "1.5m"))).isEqualTo(3L << 19);
    }

    @Test
    void nothing_isNoLimit() {
        assertThatThrownBy(() -> StorageOptions.ofContainer(Map.of("size", "0")))
                .hasMessageStartingWith("invalid size: '0'");
        assertThatThrownBy(() -> new StorageOptions(Map.of("btrfs.size", "0.0001")).size("btrfs.size"))
                .hasMessageStartingWith("invalid size: '0.0001'");
    }

    @Test
    void optionsOfOthers_areRefused() {
        assertThatThrownBy(() -> new StorageOptions(Map.of("btrfs.size", "1g")).check(OverlayDriver.NAME))
                .hasMessage("overlay2: unknown option btrfs.size");
    }
}
