package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import jnr.posix.POSIXFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class FilesTest {
    @TempDir
    private static Path root = Path.of("/");

    @BeforeAll
    static void loadSecondOpinion() {
        POSIXFactory.getNativePOSIX().getpid();
    }

    @Test
    void openBeneath_neverLeavesRoot() throws Exception {
        var dir = Files.createDirectories(root.resolve("beneath/etc"));
        Files.createSymbolicLink(dir.resolve("up"), Path.of("../../../../../../etc"));
        Files.createSymbolicLink(dir.resolve("abs"), Path.of("/etc/real"));
        Files.writeString(dir.resolve("real"), "mine");
        try (var base = Entries.openDirectory(root.resolve("beneath").toString())) {
            try (var file = Entries.openBeneath(base.value(), "etc/abs", OpenFlags.O_RDONLY, 0)) {
                assertThat(SmallFiles.readAll(file)).isEqualTo("mine");
            }
            try (var file = Entries.openBeneath(base.value(), "etc/up/real", OpenFlags.O_RDONLY, 0)) {
                assertThat(SmallFiles.readAll(file)).isEqualTo("mine");
            }
            assertThatThrownBy(() -> Entries.openBeneath(base.value(), "etc/up/passwd", 0, 0))
                    .hasMessageStartingWith("openat2(" + base.value() + ", \"etc/up/passwd\"")
                    .hasMessageEndingWith("No such file or directory (ENOENT)");
            assertThatThrownBy(() -> Entries.openBeneathNoLinks(base.value(), "etc/abs", 0, 0))
                    .hasMessageContaining("ELOOP");
        }
    }

    @Test
    void readSome_ofAFolderThatWasRemovedIsAtItsEnd() throws Exception {
        var gone = Files.createDirectory(root.resolve("gone"));
        try (var folder = Entries.open(gone.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            Files.delete(gone);
            assertThat(Directories.readSome(folder, new ArrayList<>())).isFalse();
        }
    }

    @Test
    void entries_ofEveryKind_readBack() {
        try (var base = Entries.openDirectory(root.toString())) {
            var dir = base.value();
            Entries.makeDirectory(dir, "kinds", 0700);
            Entries.makeNode(dir, "kinds/null", FileStatus.S_IFCHR | 0666, Entries.device(1, 3));
            Entries.makeNode(dir, "kinds/fifo", FileStatus.S_IFIFO | 0600, 0);
            Entries.makeNode(dir, "kinds/big", FileStatus.S_IFBLK | 0600, Entries.device(300, 70000));
            Entries.symlink("nowhere", dir, "kinds/link");
            try (var file = Entries.openAt(dir, "kinds/file", OpenFlags.O_CREAT | OpenFlags.O_WRONLY, 0600)) {
                file.writeAll(new byte[100_000]);
                Attributes.owner(file, 12, 34);
                Attributes.mode(file, 04755);
                Attributes.times(file, 1, 2, 1_700_000_000L, 123_456_789);
                Storage.syncData(file);
            }
            Entries.link(dir, "kinds/file", dir, "kinds/hard");
            var file = FileStatus.ofEntry(dir, "kinds/file");
            assertThat(file.permissions()).isEqualTo(04755);
            assertThat(file.uid()).isEqualTo(12);
            assertThat(file.gid()).isEqualTo(34);
            assertThat(file.size()).isEqualTo(100_000);
            assertThat(file.links()).isEqualTo(2);
            assertThat(file.modifiedSeconds()).isEqualTo(1_700_000_000L);
            assertThat(file.modifiedNanos()).isEqualTo(123_456_789);
            assertThat(file.accessedSeconds()).isEqualTo(1);
            assertThat(file.isFile()).isTrue();
            var block = FileStatus.ofEntry(dir, "kinds/big");
            assertThat(block.specialMajor()).isEqualTo(300);
            assertThat(block.specialMinor()).isEqualTo(70000);
            Attributes.owner(dir, "kinds/link", 5, 6);
            Attributes.times(dir, "kinds/link", 0, Attributes.UTIME_OMIT, 77, 0);
            var link = FileStatus.ofEntry(dir, "kinds/link");
            assertThat(link.isSymlink()).isTrue();
            assertThat(link.uid()).isEqualTo(5);
            assertThat(link.modifiedSeconds()).isEqualTo(77);
            assertThat(Entries.readLink(dir, "kinds/link")).isEqualTo("nowhere");
            assertThat(Directories.list(root + "/kinds"))
                    .extracting(entry -> entry.name() + " " + entry.type())
                    .containsExactlyInAnyOrder(
                            "null CHARACTER_DEVICE",
                            "fifo FIFO",
                            "big BLOCK_DEVICE",
                            "link SYMLINK",
                            "file FILE",
                            "hard FILE");
            assertThatThrownBy(() -> Entries.rename(dir, "kinds/file", dir, "kinds/fifo", Entries.RENAME_NOREPLACE))
                    .hasMessageContaining("EEXIST");
            Entries.rename(dir, "kinds/file", dir, "kinds/fifo", Entries.RENAME_EXCHANGE);
            assertThat(FileStatus.ofEntry(dir, "kinds/fifo").isFile()).isTrue();
            for (var entry : Directories.names(root + "/kinds")) {
                Entries.unlink(dir, "kinds/" + entry);
            }
            Entries.removeDirectory(dir, "kinds");
            assertThat(FileStatus.ifPresent(dir, "kinds")).isEmpty();
        }
    }

    @Test
    void status_agreesWithSecondOpinion() throws Exception {
        var posix = POSIXFactory.getNativePOSIX();
        for (var path : new String[] {"/etc/passwd", "/dev/null", "/tmp", "/usr/bin/su", root.toString()}) {
            var theirs = posix.stat(path);
            var ours = FileStatus.of(path);
            assertThat(ours.mode()).isEqualTo(theirs.mode());
            assertThat(ours.uid()).isEqualTo(theirs.uid());
            assertThat(ours.gid()).isEqualTo(theirs.gid());
            assertThat(ours.inode()).isEqualTo(theirs.ino());
            assertThat(ours.size()).isEqualTo(theirs.st_size());
            assertThat(ours.links()).isEqualTo(theirs.nlink());
            assertThat(ours.device()).isEqualTo(theirs.dev());
            assertThat(ours.blocks()).isEqualTo(theirs.blocks());
            assertThat(ours.modifiedSeconds()).isEqualTo(theirs.mtime());
            assertThat(ours.changedSeconds()).isEqualTo(theirs.ctime());
            assertThat(Entries.device(ours.specialMajor(), ours.specialMinor())).isEqualTo(theirs.rdev());
        }
        for (var errno : new int[] {1, 2, 13, 17, 22, 39, 40, 110}) {
            assertThat(Errno.text(errno)).isEqualTo(posix.strerror(errno));
            assertThat(Errno.name(errno))
                    .isEqualTo(jnr.constants.platform.Errno.valueOf(errno).name());
        }
        var file = Files.createFile(root.resolve("mode")).toString();
        posix.chmod(file, 0640);
        assertThat(FileStatus.of(file).permissions()).isEqualTo(0640);
        Attributes.mode(OpenFlags.AT_FDCWD, file, 02711);
        assertThat(posix.stat(file).mode() & 07777).isEqualTo(02711);
    }

    @Test
    void names_thatAreNotUtf8_surviveRoundTrip() {
        var latin = new byte[] {'a', (byte) 0xE4, 'b', (byte) 0xff, (byte) 0xc3, (byte) 0xa4, (byte) 0xc3};
        var name = Names.decode(latin);
        assertThat(Names.encode(name)).isEqualTo(latin);
        assertThat(name).contains("ä");
        try (var base = Entries.openDirectory(root.toString())) {
            Entries.makeDirectory(base.value(), name, 0755);
            assertThat(Directories.names(root.toString())).contains(name);
            Entries.removeDirectory(base.value(), name);
            assertThatThrownBy(() -> Entries.makeDirectory(base.value(), "a\0b", 0755))
                    .hasMessageContaining("EINVAL");
            assertThatThrownBy(() -> Entries.makeDirectory(base.value(), "x".repeat(5000), 0755))
                    .hasMessageContaining("ENAMETOOLONG");
            Entries.makeDirectory(base.value(), "𝄞ü€", 0755);
            assertThat(Directories.names(root.toString())).contains("𝄞ü€");
        }
    }

    @Test
    void xattrs_ofFilesAndLinks() {
        try (var base = Entries.openDirectory(root.toString());
                var file = Entries.openAt(base.value(), "attributed", OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0600)) {
            var value = "v".repeat(300).getBytes(StandardCharsets.US_ASCII);
            Xattrs.set(file, "user.one", value);
            Xattrs.set(base.value(), "attributed", "trusted.two", new byte[0]);
            assertThat(Xattrs.get(file, "user.one")).hasValue(value);
            assertThat(Xattrs.get(base.value(), "attributed", "trusted.two").orElseThrow())
                    .isEmpty();
            assertThat(Xattrs.get(file, "user.none")).isEmpty();
            assertThat(Xattrs.list(file)).containsExactlyInAnyOrder("user.one", "trusted.two");
            Xattrs.remove(base.value(), "attributed", "user.one");
            assertThat(Xattrs.list(base.value(), "attributed")).containsExactly("trusted.two");
            Entries.symlink("attributed", base.value(), "alink");
            Xattrs.set(base.value(), "alink", "trusted.link", new byte[] {1});
            assertThat(Xattrs.list(file)).containsExactly("trusted.two");
            assertThatThrownBy(() -> Xattrs.set(base.value(), "missing", "user.x", value))
                    .hasMessage("lsetxattr(\"missing\", \"user.x\"): No such file or directory (ENOENT)");
        }
    }

    @Test
    void storage_locksAndMeasures() {
        var path = root.resolve("lock").toString();
        var lock = Storage.lock(path).orElseThrow();
        assertThat(Storage.lock(path)).isEmpty();
        Storage.allocate(lock, 0, 0, 65536);
        assertThat(FileStatus.of(lock).size()).isEqualTo(65536);
        lock.close();
        Storage.lock(path).orElseThrow().close();
        var fs = Storage.fileSystem(root.toString());
        assertThat(fs.totalBytes()).isEqualTo(root.toFile().getTotalSpace());
        assertThat(fs.availableBytes()).isBetween(1L, fs.freeBytes());
        assertThat(Storage.fileSystem("/dev/shm").name()).isEqualTo("tmpfs");
        Storage.syncDirectory(root.toString());
    }

    @Test
    void unpackingCalls_allocateNextToNothing() {
        Entries.makeDirectory(root + "/many", 0755);
        try (var base = Entries.openDirectory(root + "/many")) {
            makeFiles(base, "warm", 50);
            var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            var before = threads.getCurrentThreadAllocatedBytes();
            makeFiles(base, "f", 200);
            assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 200)
                    .as("bytes of heap a file")
                    .isLessThan(1000);
        }
    }

    private static void makeFiles(Fd base, String name, int count) {
        for (var i = 0; i < count; i++) {
            try (var file = Entries.openBeneath(
                    base.value(), name + i, OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_WRONLY, 0600)) {
                Attributes.owner(file, 1, 1);
                Attributes.mode(file, 0644);
                Attributes.times(file, 1, 1, 1, 1);
            }
        }
    }
}
