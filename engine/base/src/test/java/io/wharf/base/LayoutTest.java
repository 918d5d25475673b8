package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutTest {
    @TempDir
    Path folder;

    @Test
    void roots_areWithoutSymbolicLinks() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real")).toRealPath();
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        Layout layout = new Layout(link.resolve("not/yet/there"), link);
        assertThat(layout.dataRoot()).isEqualTo(real.resolve("not/yet/there"));
        assertThat(layout.rootfs("c1")).isEqualTo(real.resolve("rootfs/c1"));
    }
}
