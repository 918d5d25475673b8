package io.wharf.images.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Digest;
import io.wharf.images.Room.Tar;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LowerFolders;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Xattrs;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarEntry.Kind;
import io.wharf.tar.TarReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unpacks onto the real file system, as root: devices, owners and trusted attributes need it. */
class UnpackTreeTest {
    private Path outer;
    private Path folder;
    private Path diff;

    @BeforeEach
    void make() throws IOException {
        outer = Files.createTempDirectory("wharf-images.");
        folder = Files.createDirectory(outer.resolve("layer"));
        diff = folder.resolve("diff");
    }

    @AfterEach
    void remove() {
        RemoveTree.at(outer);
    }

    private Digest unpack(byte[] tar) throws IOException {
        return unpack(new ByteArrayInputStream(tar));
    }

    private Digest unpack(InputStream tar) throws IOException {
        HashedInput in = new HashedInput(tar, null);
        try (TarSplitWriter split = new TarSplitWriter(folder);
                UnpackTree tree = new UnpackTree(folder, split)) {
            tree.unpack(new TarReader(in, split));
        }
        return in.digest();
    }

    private byte[] again() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TarSplitReader(folder).writeTo(out);
        return out.toByteArray();
    }

    private FileStatus status(String path) {
        return FileStatus.ofEntry(OpenFlags.AT_FDCWD, diff.resolve(path).toString());
    }

    private boolean isOpaque(String path) {
        return Xattrs.get(OpenFlags.AT_FDCWD, diff.resolve(path).toString(), "trusted.overlay.opaque")
                .isPresent();
    }

    @Test
    void unpack_keepsOwnersModesTimesAndAttributes() throws IOException {
        byte[] capability = {1, 0, 0, 2, (byte) 0x80, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] tar = new Tar()
                .add(
                        new TarEntry(
                                "bin/ping",
                                Kind.FILE,
                                04755,
                                12,
                                3_000_000,
                                4,
                                4,
                                1234567890,
                                123456789,
                                "",
                                0,
                                0,
                                Map.of("security.capability", capability),
                                null),
                        "ping".getBytes())
                .add(
                        new TarEntry("d/", Kind.DIRECTORY, 01777, 5, 6, 0, 0, 99, 1, "", 0, 0, Map.of(), null),
                        new byte[0])
                .file("d/inside", "x")
                .link(Kind.HARD_LINK, "bin/pong", "bin/ping")
                .add(
                        new TarEntry("null", Kind.CHARACTER_DEVICE, 0666, 0, 0, 0, 0, 1, 0, "", 1, 3, Map.of(), null),
                        new byte[0])
                .add(new TarEntry("pipe", Kind.FIFO, 0600, 0, 0, 0, 0, 1, 0, "", 0, 0, Map.of(), null), new byte[0])
                .bytes();
        unpack(tar);
        FileStatus ping = status("bin/ping");
        assertThat(ping.permissions()).isEqualTo(04755);
        assertThat(ping.uid()).isEqualTo(12);
        assertThat(ping.gid()).isEqualTo(3_000_000);
        assertThat(ping.modifiedSeconds()).isEqualTo(1234567890);
        assertThat(ping.modifiedNanos()).isEqualTo(123456789);
        assertThat(Xattrs.get(OpenFlags.AT_FDCWD, diff.resolve("bin/ping").toString(), "security.capability"))
                .hasValue(capability);
        assertThat(status("bin/pong").inode()).isEqualTo(ping.inode());
        assertThat(status("d").permissions()).isEqualTo(01777);
        assertThat(status("d").modifiedSeconds()).isEqualTo(99);
        assertThat(status("null").specialMajor()).isEqualTo(1);
        assertThat(status("null").specialMinor()).isEqualTo(3);
        assertThat(status("pipe").mode() & FileStatus.S_IFMT).isEqualTo(FileStatus.S_IFIFO);
        assertThat(again()).isEqualTo(tar);
    }

    @Test
    void unpack_translatesWhiteouts() throws IOException {
        byte[] tar = new Tar()
                .file(".wh.gone", "")
                .folder("opaque/")
                .file("opaque/.wh..wh..opq", "")
                .file("opaque/kept", "x")
                .folder("here/")
                .file(".wh.here", "")
                .file(".wh.back", "")
                .folder("back/")
                .file(".wh.file", "")
                .file("file", "new")
                .file(".wh..wh.plnk", "")
                .bytes();
        unpack(tar);
        assertThat(LowerFolders.isWhiteout(status("gone"))).isTrue();
        assertThat(isOpaque("opaque")).isTrue();
        assertThat(diff.resolve("opaque/kept")).hasContent("x");
        assertThat(isOpaque("here")).isTrue();
        assertThat(isOpaque("back")).isTrue();
        assertThat(diff.resolve("file")).hasContent("new");
        assertThat(diff.resolve(".wh..wh.plnk")).doesNotExist();
        assertThat(again()).isEqualTo(tar);
    }

    @Test
    void unpack_replacesAndCanStillMakeTheSameTar() throws IOException {
        byte[] tar = new Tar()
                .file("a", "first")
                .folder("d/")
                .file("d/x", "under d")
                .file("a", "second")
                .link(Kind.SYMLINK, "d", "elsewhere")
                .folder("d/")
                .file("d/x", "again")
                .bytes();
        unpack(tar);
        assertThat(diff.resolve("a")).hasContent("second");
        assertThat(diff.resolve("d/x")).hasContent("again");
        assertThat(again()).isEqualTo(tar);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "a/../../out", "/../out", ".wh...", "x/.wh.."})
    void unpack_refusesNamesThatLeadOut(String name) {
        byte[] tar = new Tar().file(name, "evil").bytes();
        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(io.wharf.base.WharfException.class);
        assertThat(outer.resolve("out")).doesNotExist();
    }

    @Test
    void unpack_staysInsideThroughLinks() throws IOException {
        Path target = Files.createDirectory(outer.resolve("target"));
        Files.writeString(target.resolve("secret"), "s");
        byte[] tar = new Tar()
                .link(Kind.SYMLINK, "up", "../../target")
                .link(Kind.SYMLINK, "abs", target.toString())
                .file("up/one", "1")
                .file("abs/two", "2")
                .link(Kind.SYMLINK, "over", target.resolve("secret").toString())
                .file("over", "overwritten")
                .file("/absolute", "3")
                .bytes();
        assertThatThrownBy(() -> unpack(tar)).hasMessageContaining("up/one");
        assertThat(target.resolve("one")).doesNotExist();
        assertThat(target.resolve("secret")).hasContent("s");
    }

    @Test
    void unpack_writesOverALinkAndNotThroughIt() throws IOException {
        Path secret = Files.writeString(outer.resolve("secret"), "s");
        unpack(new Tar()
                .link(Kind.SYMLINK, "over", secret.toString())
                .file("over", "mine")
                .file("/absolute", "3")
                .bytes());
        assertThat(secret).hasContent("s");
        assertThat(diff.resolve("over")).hasContent("mine");
        assertThat(diff.resolve("absolute")).hasContent("3");
    }

    @Test
    void unpack_hardLinkToTheOutsideIsRefused() throws IOException {
        Files.writeString(outer.resolve("secret"), "s");
        assertThatThrownBy(() -> unpack(
                        new Tar().link(Kind.HARD_LINK, "l", "../../secret").bytes()))
                .hasMessageContaining("outside");
        RemoveTree.at(folder);
        Files.createDirectory(folder);
        byte[] tar = new Tar()
                .link(Kind.SYMLINK, "up", "..")
                .link(Kind.HARD_LINK, "l", "up/secret")
                .bytes();
        assertThatThrownBy(() -> unpack(tar)).hasMessageContaining("No such file");
    }

    @Test
    void unpack_ignoresOverlayAttributesOfTheTar() throws IOException {
        unpack(new Tar()
                .add(
                        new TarEntry(
                                "d/",
                                Kind.DIRECTORY,
                                0755,
                                0,
                                0,
                                0,
                                0,
                                1,
                                0,
                                "",
                                0,
                                0,
                                Map.of("trusted.overlay.redirect", "/etc".getBytes(), "user.fine", "y".getBytes()),
                                null),
                        new byte[0])
                .bytes());
        String path = diff.resolve("d").toString();
        assertThat(Xattrs.get(OpenFlags.AT_FDCWD, path, "trusted.overlay.redirect"))
                .isEmpty();
        assertThat(Xattrs.get(OpenFlags.AT_FDCWD, path, "user.fine")).isPresent();
    }

    @Test
    void unpack_refusesTruncatedAndBroken() {
        byte[] tar = new Tar().file("a", "0123456789".repeat(100)).bytes();
        assertThatThrownBy(() -> unpack(java.util.Arrays.copyOf(tar, 900))).hasMessage("unexpected EOF");
        tar[5] = 'x';
        assertThatThrownBy(() -> {
                    RemoveTree.at(folder);
                    Files.createDirectory(folder);
                    unpack(tar);
                })
                .hasMessage("archive/tar: invalid tar header");
    }

    /** GNU tar writes what our own writer does not: long names, sparse files, both its own way and by PAX. */
    @ParameterizedTest
    @ValueSource(
            strings = {"gnu", "posix --sparse-version=0.0", "posix --sparse-version=0.1", "posix --sparse-version=1.0"})
    void unpack_readsWhatGnuTarWrites(String format) throws Exception {
        Path source = Files.createDirectory(outer.resolve("source"));
        String longName = "n".repeat(120) + "/" + "m".repeat(130);
        Files.createDirectories(source.resolve(longName).getParent());
        Files.writeString(source.resolve(longName), "long");
        Files.createSymbolicLink(source.resolve("s"), Path.of("t".repeat(200)));
        try (var file = new java.io.RandomAccessFile(source.resolve("sparse").toFile(), "rw")) {
            for (int i = 0; i < 30; i++) {
                file.seek(i * 1_000_000L);
                file.write("data".repeat(1000).getBytes());
            }
            file.setLength(40_000_000);
        }
        Path archive = outer.resolve("a.tar");
        String[] command = ("tar --sparse --format=" + format + " -cf " + archive + " -C " + source + " .").split(" ");
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).isZero();
        Digest digest;
        try (InputStream in = Files.newInputStream(archive)) {
            digest = unpack(in);
        }
        assertThat(diff.resolve(longName)).hasContent("long");
        assertThat(Files.readSymbolicLink(diff.resolve("s")).toString()).hasSize(200);
        assertThat(Files.mismatch(diff.resolve("sparse"), source.resolve("sparse")))
                .isEqualTo(-1);
        assertThat(status("sparse").blocks() * 512).isLessThan(10_000_000);
        assertThat(digest).isEqualTo(Digest.of(Files.readAllBytes(archive)));
        assertThat(Digest.of(again())).isEqualTo(digest);
    }
}
