package io.wharf.images.drivers;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.PushImage;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.images.FakeRegistry;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.TakingRegistry;
import io.wharf.images.spec.MediaTypes;
import io.wharf.linux.Directories;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import io.wharf.tar.TarEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What every storage driver must do alike: the contents of layers, and the lives of containers' roots. */
abstract class DriverSuite extends LayerContentsSuite {
    @Test
    void root_keepsWhatIsWrittenFromMountToMount() throws IOException {
        String id = container(load(tar().folder("d/").file("d/a", "1")));
        Path root = mounted(id);
        Files.writeString(root.resolve("d/b"), "2");
        Files.delete(root.resolve("d/a"));
        SortedMap<String, String> before = TreePicture.of(root);
        await(room.images.unmountRoot(id));
        assertThat(root).doesNotExist();
        assertThat(TreePicture.of(mounted(id))).isEqualTo(before);
        removeAll();
    }

    @Test
    void containers_doNotSeeEachOther() throws IOException {
        Digest image = load(tar().file("a", "1"));
        Path one = mounted(container(image));
        Path two = mounted(container(image));
        Files.writeString(one.resolve("a"), "changed");
        Files.writeString(one.resolve("b"), "new");
        assertThat(two.resolve("a")).hasContent("1");
        assertThat(two.resolve("b")).doesNotExist();
        assertThat(mounted(container(image)).resolve("a")).hasContent("1");
        removeAll();
    }

    @Test
    void manyLayers_areMounted() throws IOException {
        Tar[] layers = new Tar[127];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = tar().file("f" + i, "" + i).file("common", "" + i);
        }
        Path root = rootOf(layers);
        assertThat(root.resolve("f0")).hasContent("0");
        assertThat(root.resolve("f126")).hasContent("126");
        assertThat(root.resolve("common")).hasContent("126");
        assertThat(Directories.names(root.toString())).hasSize(127 + 1 + 5);
        removeAll();
    }

    @Test
    void removal_leavesNothing() throws IOException {
        Digest image = load(tar().file("a", "1"));
        String id = container(image);
        Files.writeString(mounted(id).resolve("b"), "2");
        await(room.images.removeLayer(id));
        assertThat(Directories.names(room.layout.writableLayers().toString())).isEmpty();
        assertThat(Directories.names(room.layout.rootfsParent().toString())).isEmpty();
        await(room.images.remove("layered", false, false));
        room.stop();
        room = room.next();
        for (String folder : Directories.names(room.layout.dataRoot().toString())) {
            if (!folder.startsWith("wharf.db") && !folder.equals("rw-base") && !folder.equals("storage-driver")) {
                assertThat(filesBelow(room.layout.dataRoot().resolve(folder)))
                        .as(folder)
                        .isEmpty();
            }
        }
    }

    private static List<Path> filesBelow(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(path -> !Files.isDirectory(path)).toList();
        }
    }

    @Test
    void halfMadeRoots_areMadeAnew() throws IOException {
        Digest image = load(tar().file("a", "1"));
        String id = container(image);
        // As if the engine had died right after the row was written, or in the middle of the work.
        RemoveTree.at(room.layout.writableLayer(id));
        Files.createDirectories(room.layout.writableLayer(id).resolve("new-0123/etc"));
        room.stop();
        room = room.next();
        await(room.images.keepLayersOf(List.of(id)));
        assertThat(mounted(id).resolve("a")).hasContent("1");
        if (await(room.images.layerFolders(id)).whole()) {
            assertThat(Directories.names(room.layout.writableLayer(id).toString()))
                    .containsExactly("diff");
        }
        removeAll();
        assertThat(Directories.names(room.layout.writableLayers().toString())).isEmpty();
    }

    @Test
    void anotherDriver_isRefusedWhileThereAreContainers() {
        String other = driver().equals("vfs") ? "overlay2" : "vfs";
        String id = container(load(tar().file("a", "1")));
        room.stop();
        assertThatThrownBy(() -> room.next(other))
                .isInstanceOf(WharfException.class)
                .hasMessageContaining("contains several valid graphdrivers: " + driver())
                .hasMessageContaining("(-s " + driver() + ")");
        // Asked for nothing, the data root's own is kept; without containers, images go on with another.
        room = room.next((String) null);
        assertThat(await(room.images.facts()).driver()).isEqualTo(driver());
        await(room.images.removeLayer(id));
        room.stop();
        room = room.next(other);
        assertThat(await(room.images.facts()).driver()).isEqualTo(other);
        assertThat(mounted(container(layered())).resolve("a")).hasContent("1");
        removeAll();
    }

    @Test
    void compactedImages_keepTheirDigestAndTheirFiles() throws IOException {
        room.stop();
        room = room.next(new ImageSpaceOptions(Blobs.COMPACT, 10, null, null, 50));
        byte[] below = tar().folder("d/")
                .file("d/gone", "1".repeat(50_000))
                .file("d/a", "a".repeat(50_000))
                .link(TarEntry.Kind.HARD_LINK, "again", "d/a")
                .bytes();
        byte[] above =
                tar().folder("d/").file("d/.wh.gone", "").file("d/b", "bb").bytes();
        byte[] plain = tar().file("plain", "text").bytes();
        try (FakeRegistry source = new FakeRegistry(room.vertx, false, false);
                TakingRegistry target = new TakingRegistry(room.vertx)) {
            Digest manifest = source.image(
                    "t",
                    "amd64",
                    MediaTypes.OCI_LAYER,
                    List.of(FakeRegistry.gzip(below), FakeRegistry.gzip(above), plain),
                    List.of(Digest.of(below), Digest.of(above), Digest.of(plain)));
            String name = source.host() + "/app:t";
            room.watch(room.images.pull(new PullImage(source.host() + "/app", "t", false, null, null)));
            Digest image = await(room.images.resolve(name, null)).id();
            // One that runs while the bytes go, and one that comes after.
            Path before = mounted(container(image));
            Awaitility.await().until(() -> await(room.images.space()).blobsRemade() == 3);
            Awaitility.await()
                    .until(() ->
                            Directories.names(room.layout.blobs().toString()).isEmpty());
            SortedMap<String, String> picture = TreePicture.of(before);
            assertThat(picture).containsKeys("/d/a", "/d/b", "/again", "/plain").doesNotContainKey("/d/gone");
            assertThat(TreePicture.of(mounted(container(image)))).isEqualTo(picture);
            String other = target.host() + "/app";
            await(room.images.tag(name, other, "t"));
            var lines = room.watch(room.images.push(new PushImage(other, "t", null)));
            assertThat(String.valueOf(lines.getLast().aux())).contains(manifest.toString());
            assertThat(target.blobs.values()).contains(FakeRegistry.gzip(below), FakeRegistry.gzip(above), plain);
            removeAll();
            await(room.images.remove(name, false, false));
            await(room.images.remove(other + ":t", false, false));
            Awaitility.await()
                    .until(() ->
                            Directories.names(room.layout.layers().toString()).isEmpty());
        }
    }

    @Test
    void unknownContainerOptions_areRefused() {
        Digest image = load(tar().file("a", "1"));
        assertThatThrownBy(() -> await(room.images.createLayer(Ids.random(), image, Map.of("colour", "red"))))
                .isInstanceOf(WharfException.class);
        removeAll();
    }

    /** Room for half of a layer alone. */
    void fullDisk_leavesAStoreThatWorks(Path small) throws IOException {
        try (Room crowded = Room.on(small, driver(), Map.of())) {
            byte[] big = new byte[12 << 20];
            new java.util.Random(1).nextBytes(big);
            byte[] tar = tar().add(TarEntry.file("big", 0644, big.length), big).bytes();
            Path filler = small.resolve("filler");
            try (var file = new java.io.FileOutputStream(filler.toFile())) {
                byte[] chunk = new byte[1 << 20];
                while (Storage.fileSystem(small.toString()).availableBytes() > 6 << 20) {
                    file.write(chunk);
                    file.getFD().sync();
                }
            } catch (IOException full) {
                // btrfs counts more as available than there is.
                assertThat(full).hasMessageContaining("No space left");
            }
            assertThatThrownBy(() -> crowded.importTar(tar, "big")).hasMessageContainingAll("No space left");
            assertThat(Directories.names(crowded.layout.layers().toString())).isEmpty();
            assertThat(Directories.names(crowded.layout.ingest().toString())).isEmpty();
            Files.delete(filler);
            Digest image = Digest.parse(crowded.importTar(tar, "big"));
            String id = Ids.random();
            await(crowded.images.createLayer(id, image, Map.of()));
            assertThat(Path.of(await(crowded.images.mountRoot(id)).path()).resolve("big"))
                    .hasBinaryContent(big);
            await(crowded.images.removeLayer(id));
        }
    }
}
