package io.wharf.images.drivers;

import static io.wharf.images.Room.await;

import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.contracts.ImageService.CommitImage;
import io.wharf.images.LayeredArchive;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.spec.ImageConfig;
import io.wharf.linux.OpenFlags;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarEntry.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store with a driver, and what its tests do with it again and again. */
abstract class DriverRoom {
    static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY;
    static final long SECONDS = 1_234_567_890;
    static final int NANOS = 123_456_789;

    Room room;

    abstract String driver();

    /** Where its data root may lie. */
    abstract Path disk();

    @BeforeEach
    void open() {
        room = Room.on(disk(), driver(), Map.of());
    }

    @AfterEach
    void close() {
        room.close();
    }

    Digest load(Tar... layers) {
        List<byte[]> tars = new ArrayList<>();
        for (Tar layer : layers) {
            tars.add(layer.bytes());
        }
        room.watch(room.images.load(room.offer(LayeredArchive.of("layered", tars)), true));
        return await(room.images.resolve("layered", null)).id();
    }

    String container(Digest image) {
        String id = Ids.random();
        await(room.images.createLayer(id, image, Map.of()));
        return id;
    }

    Path mounted(String container) {
        return Path.of(await(room.images.mountRoot(container)).path());
    }

    Path rootOf(Tar... layers) {
        return mounted(container(load(layers)));
    }

    void removeAll() {
        await(room.images.keepLayersOf(List.of()));
    }

    Digest commit(String container, Digest image) {
        return await(room.images.commit(
                new CommitImage(container, image, ImageConfig.NO_CONFIG, "made", null, null, null, List.of())));
    }

    static TarEntry entry(String name, Kind kind, int mode, int uid, int gid, Map<String, byte[]> xattrs) {
        return new TarEntry(name, kind, mode, uid, gid, 0, 0, SECONDS, NANOS, "", 0, 0, xattrs, null);
    }

    static TarEntry node(String name, Kind kind, int major, int minor) {
        return new TarEntry(name, kind, 0620, 3, 4, 0, 0, SECONDS, NANOS, "", major, minor, Map.of(), null);
    }

    static Tar tar() {
        return new Tar();
    }

    Digest layered() {
        return await(room.images.resolve("layered", null)).id();
    }
}
