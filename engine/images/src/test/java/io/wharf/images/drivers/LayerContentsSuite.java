package io.wharf.images.drivers;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Digest;
import io.wharf.images.Room.Tar;
import io.wharf.linux.Attributes;
import io.wharf.linux.Commands;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Xattrs;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarEntry.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What every storage driver must show of layers, and keep of what containers change; on the real kernel, as root. */
abstract class LayerContentsSuite extends DriverRoom {
    /** cap_net_raw+ep, version 2. */
    private static final byte[] CAPABILITY = HexFormat.of().parseHex("0100000200200000000000000000000000000000");

    @Test
    void whiteouts_hideWhatIsBelowAndNothingElse() throws IOException {
        Path root = rootOf(
                tar().folder("d/")
                        .file("d/gone", "1")
                        .file("d/again", "1")
                        .file("d/stays", "1")
                        .file("file", "1")
                        .folder("folder/")
                        .file("folder/x", "1")
                        .folder("dir/")
                        .file("dir/old", "1"),
                tar().file("d/.wh.gone", "")
                        .file("d/.wh.again", "")
                        .file(".wh.file", "")
                        .file(".wh.folder", "")
                        .file(".wh.nothing", "")
                        .file(".wh.dir", ""),
                tar().file("d/again", "3")
                        .folder("file/")
                        .file("file/x", "3")
                        .file("folder", "3")
                        .folder("dir/")
                        .file("dir/new", "3"));
        assertThat(root.resolve("d/gone")).doesNotExist();
        assertThat(root.resolve("d/again")).hasContent("3");
        assertThat(root.resolve("d/stays")).hasContent("1");
        assertThat(root.resolve("file/x")).hasContent("3");
        assertThat(root.resolve("folder")).hasContent("3");
        assertThat(Directories.names(root.resolve("dir").toString())).containsExactly("new");
        removeAll();
    }

    @Test
    void opaqueFolders_hideAllBelow() throws IOException {
        Path root = rootOf(
                tar().folder("d/")
                        .file("d/a", "1")
                        .folder("d/sub/")
                        .file("d/sub/x", "1")
                        .folder("e/")
                        .file("e/a", "1"),
                tar().folder("d/").file("d/b", "2").file("d/.wh..wh..opq", "").folder("d/sub/"),
                tar().folder("d/").file("d/c", "3"));
        assertThat(Directories.names(root.resolve("d").toString())).containsExactlyInAnyOrder("b", "c", "sub");
        assertThat(Directories.names(root.resolve("d/sub").toString())).isEmpty();
        assertThat(root.resolve("e/a")).hasContent("1");
        removeAll();
    }

    @Test
    void hardLinks_areOneFileAlsoAcrossWhiteouts() throws IOException {
        String id = container(load(
                tar().file("a", "one")
                        .link(Kind.HARD_LINK, "b", "a")
                        .folder("d/")
                        .link(Kind.HARD_LINK, "d/c", "a"),
                tar().file(".wh.a", ""),
                tar().file("a", "anew")));
        Path root = mounted(id);
        assertThat(root.resolve("a")).hasContent("anew");
        assertThat(root.resolve("b")).hasContent("one");
        assertThat(root.resolve("d/c")).hasContent("one");
        assertThat(FileStatus.of(root.resolve("b").toString()).inode())
                .isEqualTo(FileStatus.of(root.resolve("d/c").toString()).inode());
        // New ones, and one of a file of the image.
        Files.createLink(root.resolve("e"), root.resolve("d/c"));
        Files.writeString(root.resolve("f"), "two");
        Files.createLink(root.resolve("d/g"), root.resolve("f"));
        Files.delete(root.resolve("f"));
        Digest image = layered();
        Path again = mounted(container(commit(id, image)));
        assertThat(again.resolve("e")).hasContent("one");
        assertThat(again.resolve("d/g")).hasContent("two");
        assertThat(again.resolve("f")).doesNotExist();
        removeAll();
    }

    @Test
    void everyKindOfEntry_comesOutAsItWentIn() throws IOException {
        Map<String, byte[]> xattrs = Map.of(
                "user.text",
                "v".getBytes(StandardCharsets.UTF_8),
                "trusted.binary",
                new byte[] {0, 1, (byte) 0xff},
                "security.capability",
                CAPABILITY);
        byte[] content = "data".getBytes(StandardCharsets.UTF_8);
        TarEntry file =
                new TarEntry("file", Kind.FILE, 04755, 1234, 5678, 4, 4, SECONDS, NANOS, "", 0, 0, xattrs, null);
        Path root = rootOf(tar().add(
                        entry("dir/", Kind.DIRECTORY, 03775, 11, 12, Map.of("user.d", new byte[] {1})), new byte[0])
                .add(file, content)
                .add(node("null", Kind.CHARACTER_DEVICE, 1, 3), new byte[0])
                .add(node("big", Kind.BLOCK_DEVICE, 259, 70000), new byte[0])
                .add(node("fifo", Kind.FIFO, 0, 0), new byte[0])
                .add(
                        new TarEntry(
                                "link",
                                Kind.SYMLINK,
                                0777,
                                7,
                                8,
                                0,
                                0,
                                SECONDS,
                                NANOS,
                                "no/where",
                                0,
                                0,
                                Map.of(),
                                null),
                        new byte[0]));
        SortedMap<String, String> picture = TreePicture.of(root);
        String time = " " + SECONDS + "." + NANOS;
        assertThat(picture)
                .containsEntry("/dir", "43775 11:12" + time + " user.d=01")
                .containsEntry("/null", "20620 3:4" + time + " device 1:3")
                .containsEntry("/big", "60620 3:4" + time + " device 259:70000")
                .containsEntry("/fifo", "10620 3:4" + time)
                .containsEntry("/link", "120777 7:8" + time + " -> no/where")
                .containsEntry(
                        "/file",
                        "104755 1234:5678" + time + " size 4 "
                                + Digest.of(content).hex().substring(0, 12)
                                + " security.capability=" + HexFormat.of().formatHex(CAPABILITY)
                                + " trusted.binary=0001ff user.text=76");
        removeAll();
    }

    @Test
    void rootFolder_isThatOfTheTopmostLayerThatTellsOfIt() throws IOException {
        Digest image = load(
                tar().add(entry("./", Kind.DIRECTORY, 01775, 11, 12, Map.of("user.root", new byte[] {1})), new byte[0])
                        .file("a", "1"),
                tar().file("b", "2"));
        String id = container(image);
        FileStatus root = FileStatus.of(mounted(id).toString());
        assertThat(root.permissions()).isEqualTo(01775);
        assertThat(root.uid()).isEqualTo(11);
        assertThat(root.gid()).isEqualTo(12);
        assertThat(root.modifiedSeconds()).isEqualTo(SECONDS);
        assertThat(root.modifiedNanos()).isEqualTo(NANOS);
        try (Fd folder = Entries.open(mounted(id).toString(), FOLDER, 0)) {
            assertThat(Xattrs.get(folder, "user.root")).isPresent();
        }
        Attributes.mode(OpenFlags.AT_FDCWD, mounted(id).toString(), 0711);
        Digest made = commit(id, image);
        FileStatus changed = FileStatus.of(mounted(container(made)).toString());
        // Others may always enter and list it.
        assertThat(changed.permissions()).isEqualTo(0755);
        assertThat(changed.uid()).isEqualTo(11);
        removeAll();
    }

    @Test
    void longNames_work() {
        String name = "n".repeat(255);
        assertThat(rootOf(tar().file(name, "long")).resolve(name)).hasContent("long");
        removeAll();
    }

    @Test
    void deepTrees_work() throws IOException {
        StringBuilder deep = new StringBuilder();
        Tar tar = tar();
        for (int i = 0; i < 30; i++) {
            deep.append("d".repeat(200)).append('/');
            tar.folder(deep.toString());
        }
        tar.file(deep + "leaf", "at the end");
        Digest image = load(tar);
        String id = container(image);
        Path root = mounted(id);
        SortedMap<String, String> before = TreePicture.of(root);
        assertThat(before).containsKey("/" + deep + "leaf");
        assertThat(deep).hasSizeGreaterThan(4096);
        // And one more made by the container, much deeper than any stack.
        Path folder = Files.createDirectory(root.resolve("own"));
        try (Fd first = Entries.open(folder.toString(), FOLDER, 0)) {
            Fd at = first.duplicate();
            for (int i = 0; i < 1000; i++) {
                Entries.makeDirectory(at.value(), "d", 0755);
                Fd next = Entries.openAt(at.value(), "d", FOLDER, 0);
                at.close();
                at = next;
            }
            Entries.makeNode(at.value(), "fifo", FileStatus.S_IFIFO | 0644, 0);
            at.close();
        }
        assertThat(await(room.images.layerSizes(id)).writable()).isZero();
        Digest made = commit(id, image);
        Path again = mounted(container(made));
        assertThat(TreePicture.of(again)).containsAllEntriesOf(before);
        int depth = 0;
        Fd at = Entries.open(again.resolve("own").toString(), FOLDER, 0);
        while (FileStatus.ifPresent(at.value(), "d").isPresent()) {
            Fd next = Entries.openAt(at.value(), "d", FOLDER, 0);
            at.close();
            at = next;
            depth++;
        }
        assertThat(Directories.list(at)).extracting(Directories.Entry::name).containsExactly("fifo");
        at.close();
        assertThat(depth).isEqualTo(1000);
        removeAll();
    }

    @Test
    void sparseFiles_staySparse() throws IOException {
        Path made = Files.createTempDirectory("wharf-sparse.");
        try {
            try (var file = new java.io.RandomAccessFile(made.resolve("holes").toFile(), "rw")) {
                file.setLength(256 << 20);
                file.seek(100 << 20);
                file.write("middle".getBytes(StandardCharsets.UTF_8));
            }
            Path tar = made.resolve("tar");
            assertThat(Commands.run("tar", "-C", made.toString(), "-S", "-cf", tar.toString(), "holes")
                            .success())
                    .isTrue();
            Digest image = Digest.parse(room.importTar(Files.readAllBytes(tar), "sparse"));
            Path root = mounted(container(image));
            FileStatus status = FileStatus.of(root.resolve("holes").toString());
            assertThat(status.size()).isEqualTo(256 << 20);
            assertThat(status.blocks()).isLessThan(2048);
            try (Fd file = Entries.open(root.resolve("holes").toString(), OpenFlags.O_RDONLY, 0)) {
                byte[] bytes = new byte[6];
                io.wharf.linux.Descriptors.seek(file, 100 << 20, 0);
                assertThat(file.read(bytes, 0, 6)).isEqualTo(6);
                assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("middle");
            }
            removeAll();
        } finally {
            RemoveTree.at(made);
        }
    }

    @Test
    void commit_keepsAllThatAContainerDid() throws IOException {
        Digest image = load(
                tar().add(entry("d/", Kind.DIRECTORY, 0750, 5, 6, Map.of()), new byte[0])
                        .file("d/gone", "1")
                        .file("d/changed", "1")
                        .file("d/moded", "1")
                        .file("d/same", "1")
                        .file("d/attributed", "1")
                        .folder("d/sub/")
                        .file("d/sub/x", "1")
                        .folder("remade/")
                        .file("remade/old", "1")
                        .file("becomesFolder", "1")
                        .folder("becomesFile/")
                        .file("becomesFile/x", "1")
                        .file("touched", "1"),
                tar().file("d/second", "2"));
        String id = container(image);
        Path root = mounted(id);
        Files.delete(root.resolve("d/gone"));
        Files.writeString(root.resolve("d/changed"), "other");
        Attributes.mode(OpenFlags.AT_FDCWD, root.resolve("d/moded").toString(), 04711);
        Xattrs.set(OpenFlags.AT_FDCWD, root.resolve("d/attributed").toString(), "user.new", new byte[] {7});
        RemoveTree.at(root.resolve("d/sub"));
        RemoveTree.at(root.resolve("remade"));
        Files.createDirectory(root.resolve("remade"));
        Files.writeString(root.resolve("remade/new"), "new");
        Files.delete(root.resolve("becomesFolder"));
        Files.createDirectory(root.resolve("becomesFolder"));
        RemoveTree.at(root.resolve("becomesFile"));
        Files.writeString(root.resolve("becomesFile"), "file");
        Attributes.times(OpenFlags.AT_FDCWD, root.resolve("touched").toString(), 1, 2, 3, 4);
        Entries.makeNode(OpenFlags.AT_FDCWD, root.resolve("device").toString(), FileStatus.S_IFCHR | 0600, 0x105);
        Entries.makeNode(OpenFlags.AT_FDCWD, root.resolve("fifo").toString(), FileStatus.S_IFIFO | 0600, 0);
        Entries.makeNode(OpenFlags.AT_FDCWD, root.resolve("socket").toString(), FileStatus.S_IFSOCK | 0600, 0);
        Entries.symlink("d", OpenFlags.AT_FDCWD, root.resolve("link").toString());
        Attributes.times(OpenFlags.AT_FDCWD, root.resolve("link").toString(), 5, 6, 7, 8);
        SortedMap<String, String> before = TreePicture.of(root);
        long written = await(room.images.layerSizes(id)).writable();
        assertThat(written).isBetween(12L, 20L);

        String other = container(commit(id, image));
        SortedMap<String, String> after = TreePicture.of(mounted(other));
        // A socket has no place in a tar.
        before.remove("/socket");
        assertThat(after).isEqualTo(before);
        assertThat(await(room.images.layerSizes(other)).writable()).isZero();
        // What the new container has not changed is no part of a further layer.
        Digest third = commit(other, await(room.images.resolve("made", null)).id());
        assertThat(await(room.images.inspect(third.toString())).rootFs().layers())
                .hasSize(3);
        removeAll();
    }
}
