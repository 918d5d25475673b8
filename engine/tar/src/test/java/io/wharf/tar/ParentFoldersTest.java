package io.wharf.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.RemoveTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParentFoldersTest {
    private static final int SMALL_STACK = 160 * 1024;

    private Path outer = Path.of("/");

    @BeforeEach
    void make() throws IOException {
        outer = Files.createTempDirectory("wharf-tar.");
    }

    @AfterEach
    void remove() {
        RemoveTree.at(outer);
    }

    @Test
    void open_makesWhatIsMissing_belowWhatIsThere() throws IOException {
        Files.createDirectories(outer.resolve("a/b"));
        Files.createSymbolicLink(outer.resolve("link"), Path.of("/a"));
        try (Fd root = Entries.openDirectory(outer.toString());
                ParentFolders parents = new ParentFolders(root)) {
            parents.open("a/b/c/d");
            parents.open("link/e/f");
            parents.open("x");
        }
        assertThat(outer.resolve("a/b/c/d")).isDirectory();
        assertThat(outer.resolve("a/e/f")).isDirectory();
        assertThat(outer.resolve("x")).isDirectory();
    }

    @Test
    void open_ofAFolderBelowAFile_isRefused() throws IOException {
        Files.writeString(outer.resolve("file"), "");
        try (Fd root = Entries.openDirectory(outer.toString());
                ParentFolders parents = new ParentFolders(root)) {
            assertThatThrownBy(() -> parents.open("file/below"))
                    .isInstanceOfSatisfying(
                            LinuxException.class,
                            e -> assertThat(e.is(Errno.ENOTDIR)).isTrue());
        }
    }

    @Test
    void open_ofTwoThousandFolders_takesLittleStack() throws Exception {
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        Thread small = new Thread(
                null,
                () -> {
                    try (Fd root = Entries.openDirectory(outer.toString());
                            ParentFolders parents = new ParentFolders(root)) {
                        parents.open("n/".repeat(2000) + "n");
                    } catch (Throwable e) {
                        failed.set(e);
                    }
                },
                "small",
                SMALL_STACK);
        small.start();
        small.join();
        assertThat(failed.get()).isNull();
    }
}
