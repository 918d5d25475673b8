package io.wharf.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.RemoveTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InsidePathTest {
    @ParameterizedTest
    @CsvSource({
        "/a/b, /a/b, b",
        "a/b/, /a/b, b",
        "/a/b/., /a/b, .",
        "/, /, /",
        "/., /, .",
        "., /, .",
        "../../x, /x, x",
        "/a/../.., /, /",
        "//a//b, /a/b, b",
    })
    void of_readsPathsAsDockerDoes(String text, String clean, String shown) {
        InsidePath path = InsidePath.of(text);
        assertThat(path.clean()).isEqualTo(clean);
        assertThat(path.shown()).isEqualTo(shown);
    }

    @Test
    void of_refusesWhatIsNoPath() {
        assertThatThrownBy(() -> InsidePath.of("")).hasMessageContaining("path cannot be empty");
        assertThatThrownBy(() -> InsidePath.of("/a\0b")).hasMessageContaining("null");
    }

    @Test
    void followLinks_staysInTheRoot() throws IOException {
        Path root = Files.createTempDirectory("wharf-files.");
        Files.createDirectories(root.resolve("a/b"));
        Files.createSymbolicLink(root.resolve("up"), Path.of("../../../../etc"));
        Files.createSymbolicLink(root.resolve("a/abs"), Path.of("/a/b"));
        Files.createSymbolicLink(root.resolve("gone"), Path.of("/missing/x"));
        Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
        try (Fd fd = Entries.openDirectory(root.toString())) {
            assertThat(FollowLinks.of(fd.value(), "/up/passwd")).isEqualTo("/etc/passwd");
            assertThat(FollowLinks.of(fd.value(), "/a/abs/../c")).isEqualTo("/a/c");
            assertThat(FollowLinks.of(fd.value(), "/gone/y")).isEqualTo("/missing/x/y");
            assertThatThrownBy(() -> FollowLinks.of(fd.value(), "/loop")).hasMessageContaining("ELOOP");
        } finally {
            RemoveTree.at(root);
        }
    }

    @Test
    void mode_isGos() {
        assertThat(DescribePath.mode(FileStatus.S_IFDIR | 01777)).isEqualTo(1L << 31 | 1L << 20 | 0777);
        assertThat(DescribePath.mode(FileStatus.S_IFREG | 06755)).isEqualTo(1L << 23 | 1L << 22 | 0755);
        assertThat(DescribePath.mode(FileStatus.S_IFCHR | 0620)).isEqualTo(1L << 26 | 1L << 21 | 0620);
        assertThat(Printable.text("a\uDCFFb\uD83D\uDE00")).isEqualTo("a\uFFFDb\uD83D\uDE00");
    }
}
