package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyTreeTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void copy_keepsEverything(boolean durable) throws Exception {
        Path from = Files.createDirectories(folder.resolve("from/sub/deep"))
                .getParent()
                .getParent();
        Files.writeString(from.resolve("sub/file"), "text");
        Files.createLink(from.resolve("sub/deep/same"), from.resolve("sub/file"));
        Files.createSymbolicLink(from.resolve("link"), Path.of("/nowhere"));
        Files.setAttribute(from.resolve("sub/file"), "unix:uid", 1234);
        Files.setPosixFilePermissions(from.resolve("sub/file"), PosixFilePermissions.fromString("rwxr-x---"));
        Files.setAttribute(from.resolve("sub/file"), "unix:mode", 04755);
        Files.setAttribute(
                from.resolve("sub/file"), "user:colour", "red".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        try (RandomAccessFile sparse =
                new RandomAccessFile(from.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(64 << 20);
            sparse.seek(32 << 20);
            sparse.write(1);
        }
        try (Fd at = Entries.open(from.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            Entries.makeNode(at.value(), "fifo", FileStatus.S_IFIFO | 0600, 0);
        }
        Files.setPosixFilePermissions(from, PosixFilePermissions.fromString("rwxrwx---"));
        Files.setLastModifiedTime(from.resolve("sub"), FileTime.fromMillis(2_000_000));
        Files.setLastModifiedTime(from, FileTime.fromMillis(1_000_000));

        Path to = folder.resolve("to");
        CopyTree.copy(from.toString(), to.toString(), durable);

        assertThat(to.resolve("sub/file")).hasContent("text");
        assertThat(Files.isSameFile(to.resolve("sub/file"), to.resolve("sub/deep/same")))
                .isTrue();
        assertThat(Files.getAttribute(to.resolve("sub/file"), "unix:nlink")).isEqualTo(2);
        assertThat(Files.readSymbolicLink(to.resolve("link"))).hasToString("/nowhere");
        assertThat(Files.getAttribute(to.resolve("sub/file"), "unix:uid")).isEqualTo(1234);
        assertThat((int) Files.getAttribute(to.resolve("sub/file"), "unix:mode") & 07777)
                .isEqualTo(04755);
        assertThat((byte[]) Files.getAttribute(to.resolve("sub/file"), "user:colour"))
                .isEqualTo("red".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        FileStatus sparse = FileStatus.of(to.resolve("sparse").toString());
        assertThat(sparse.size()).isEqualTo(64 << 20);
        assertThat(sparse.blocks()).isLessThan(1000);
        assertThat(FileStatus.of(to.resolve("fifo").toString()).mode() & FileStatus.S_IFMT)
                .isEqualTo(FileStatus.S_IFIFO);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to)))
                .isEqualTo("rwxrwx---");
        assertThat(Files.getLastModifiedTime(to).toMillis()).isEqualTo(1_000_000);
        assertThat(Files.getLastModifiedTime(to.resolve("sub")).toMillis()).isEqualTo(2_000_000);
        try (var names = Files.list(to)) {
            assertThat(names.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("sub", "link", "sparse", "fifo");
        }
    }

    @Test
    void exactly_intoAFolderOfTheSource_leavesTheCopyOut() throws Exception {
        Path from = folder.resolve("from");
        Files.createDirectories(from.resolve("sub"));
        Files.writeString(from.resolve("file"), "text");
        Path to = Files.createDirectories(from.resolve("engine/copy"));
        CopyTree.exactly(from.toString(), to.toString(), () -> false);
        assertThat(to.resolve("file")).hasContent("text");
        assertThat(to.resolve("sub")).isDirectory();
        assertThat(to.resolve("engine")).isEmptyDirectory();
    }

    @Test
    void copy_ofWhatIsThere_isRefused() throws Exception {
        Files.createDirectories(folder.resolve("from"));
        Files.createDirectories(folder.resolve("to"));
        assertThatThrownBy(() -> CopyTree.copy(
                        folder.resolve("from").toString(), folder.resolve("to").toString(), false))
                .isInstanceOf(LinuxException.class);
    }
}
