package io.wharf.images.drivers;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.images.Room.Tar;
import io.wharf.linux.Btrfs;
import io.wharf.linux.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BtrfsDriverTest extends DriverSuite {
    private static LoopDisk disk;

    @BeforeAll
    static void makeDisk() {
        disk = LoopDisk.of("btrfs", 512);
    }

    @AfterAll
    static void removeDisk() {
        if (disk != null) {
            disk.close();
        }
    }

    @Override
    String driver() {
        return BtrfsDriver.NAME;
    }

    @Override
    Path disk() {
        return disk.folder;
    }

    @Test
    void size_isALimitThatHolds() throws IOException {
        Digest image = load(new Tar().file("a", "1"));
        String id = Ids.random();
        await(room.images.createLayer(id, image, Map.of("size", "8m")));
        Path root = mounted(id);
        Files.write(root.resolve("fits"), new byte[1 << 20]);
        assertThatThrownBy(() -> {
                    byte[] noise = new byte[1 << 20];
                    for (int i = 0; i < 16; i++) {
                        new java.util.Random(i).nextBytes(noise);
                        try (var file = new java.io.FileOutputStream(
                                root.resolve("big" + i).toFile())) {
                            file.write(noise);
                            file.getFD().sync();
                        }
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("quota");
        await(room.images.removeLayer(id));
        assertThatThrownBy(() -> await(room.images.createLayer(Ids.random(), image, Map.of("size", "much"))))
                .hasMessage("invalid size: 'much'");
    }

    @Test
    void subvolumesOfAContainer_goWithIt() {
        Digest image = load(new Tar().file("a", "1"));
        String id = Ids.random();
        await(room.images.createLayer(id, image, Map.of()));
        Path root = mounted(id);
        Btrfs.createSubvolume(root.toString(), "own");
        assertThat(Btrfs.isSubvolume(root.resolve("own").toString())).isTrue();
        await(room.images.removeLayer(id));
        assertThat(room.layout.writableLayer(id)).doesNotExist();
    }

    @Test
    void readOnlySnapshotsInSubvolumes_goWithTheContainer() throws IOException {
        Digest image = load(new Tar().file("a", "1"));
        String id = Ids.random();
        await(room.images.createLayer(id, image, Map.of()));
        Path root = mounted(id);
        Btrfs.createSubvolume(root.toString(), "own");
        Files.writeString(root.resolve("own/file"), "x");
        Btrfs.snapshot(root.resolve("own").toString(), root.toString(), "frozen", true);
        Files.createDirectory(root.resolve("folder"));
        Btrfs.snapshot(root.resolve("own").toString(), root.resolve("own").toString(), "nested", true);
        Btrfs.snapshot(root.resolve("own").toString(), root.resolve("folder").toString(), "\udcff", true);
        assertThatThrownBy(() -> Files.delete(root.resolve("frozen/file"))).hasMessageContaining("Read-only");
        await(room.images.removeLayer(id));
        assertThat(room.layout.writableLayer(id)).doesNotExist();
    }

    @Test
    void unions_goWithAChangeOfTheDriver() throws IOException {
        String id = container(load(new Tar().file("a", "1")));
        Path unions = room.layout.dataRoot().resolve("btrfs");
        assertThat(Directories.names(unions.toString())).hasSize(1);
        await(room.images.removeLayer(id));
        Files.createDirectory(unions.resolve("subvolumes"));
        room.stop();
        room = room.next(VfsDriver.NAME);
        // What is not of this engine's making stays.
        assertThat(Directories.names(unions.toString())).containsExactly("subvolumes");
        Files.delete(unions.resolve("subvolumes"));
        room.stop();
        room = room.next();
        assertThat(mounted(container(layered())).resolve("a")).hasContent("1");
        removeAll();
    }

    @Test
    void limitsBelowTheLeast_areRefused() {
        Digest image = load(new Tar().file("a", "1"));
        room.stop();
        room = room.next(Map.of("Btrfs.Min_Space", "1m"));
        assertThatThrownBy(() -> await(room.images.createLayer(Ids.random(), image, Map.of("size", "512k"))))
                .hasMessageContaining("btrfs: storage size cannot be less than 1048576 bytes");
        await(room.images.createLayer(Ids.random(), image, Map.of("size", "2m")));
        removeAll();
    }

    @Test
    void unions_goWithTheirLayersAndLeftoversAtStart() throws IOException {
        Digest image = load(new Tar().file("a", "1"));
        String id = Ids.random();
        await(room.images.createLayer(id, image, Map.of()));
        Path unions = room.layout.dataRoot().resolve("btrfs");
        assertThat(Directories.names(unions.toString())).hasSize(1);
        Btrfs.createSubvolume(unions.toString(), "new-0123");
        Files.writeString(unions.resolve("new-0123/x"), "x");
        Files.createDirectory(unions.resolve("subvolumes"));
        room.stop();
        room = room.next();
        // What is not of this engine's making stays.
        assertThat(Directories.names(unions.toString())).hasSize(2).contains("subvolumes");
        Files.delete(unions.resolve("subvolumes"));
        await(room.images.keepLayersOf(List.of()));
        await(room.images.remove("layered", false, false));
        room.stop();
        assertThat(Directories.names(unions.toString())).isEmpty();
        room = room.next();
    }

    @Test
    void contents_areSharedWithTheLayers() {
        byte[] noise = new byte[24 << 20];
        new java.util.Random(7).nextBytes(noise);
        Digest image = load(new Tar().add(io.wharf.tar.TarEntry.file("big", 0644, noise.length), noise));
        long before = disk.available();
        for (int i = 0; i < 10; i++) {
            await(room.images.createLayer(Ids.random(), image, Map.of()));
        }
        assertThat(before - disk.available()).isLessThan(noise.length / 2);
        await(room.images.keepLayersOf(List.of()));
    }

    @Test
    void fullDisk() throws IOException {
        try (LoopDisk small = LoopDisk.of("btrfs", 160)) {
            fullDisk_leavesAStoreThatWorks(small.folder);
        }
    }
}
