package io.wharf.images;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.images.Room.Tar;
import io.wharf.linux.Mounts;
import io.wharf.tar.TarEntry.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On the real kernel, as root. */
class ContainerLayersTest {
    private Room room;

    @BeforeEach
    void open() {
        room = Room.open();
    }

    @AfterEach
    void close() {
        room.close();
    }

    private Digest image() {
        byte[] tar = new Tar()
                .folder("./")
                .folder("etc/")
                .file("etc/motd", "hello\n")
                .link(Kind.SYMLINK, "bin", "usr/bin")
                .bytes();
        return Digest.parse(room.importTar(tar, "base"));
    }

    @Test
    void mountRoot_showsTheImageAndKeepsWhatIsWritten() throws IOException {
        String id = Ids.random();
        Digest image = image();
        await(room.images.createLayer(id, image, Map.of()));
        Path root = Path.of(await(room.images.mountRoot(id)).path());
        assertThat(root.resolve("etc/motd")).hasContent("hello\n");
        assertThat(root.resolve("dev/pts")).isDirectory();
        assertThat(root.resolve("etc/hosts")).isEmptyFile();
        Files.writeString(root.resolve("etc/new"), "12345");
        // Again is fine, and shows the same.
        assertThat(await(room.images.mountRoot(id)).path()).isEqualTo(root.toString());
        await(room.images.unmountRoot(id));
        await(room.images.unmountRoot(id));
        assertThat(root).doesNotExist();
        Path again = Path.of(await(room.images.mountRoot(id)).path());
        assertThat(again.resolve("etc/new")).hasContent("12345");
        var sizes = await(room.images.layerSizes(id));
        assertThat(sizes.writable()).isEqualTo(5);
        assertThat(sizes.root()).isEqualTo(11);
        await(room.images.removeLayer(id));
        await(room.images.removeLayer(id));
        assertThat(room.layout.writableLayer(id)).doesNotExist();
        assertThat(await(room.ledger.ofKind(ContainerLayers.KIND))).isEmpty();
    }

    @Test
    void nextEngine_findsMountedRootsAndClearsOrphans() throws IOException {
        Digest image = image();
        String kept = Ids.random();
        String orphan = Ids.random();
        for (String id : List.of(kept, orphan)) {
            await(room.images.createLayer(id, image, Map.of()));
            await(room.images.mountRoot(id));
        }
        Path folder = room.layout.writableLayer("0123");
        Files.createDirectories(folder.resolve("diff"));
        room.stop();
        room = room.next();
        await(room.images.keepLayersOf(List.of(kept)));
        Mounts mounts = Mounts.real();
        assertThat(mounts.isMountPoint(room.layout.rootfs(kept).toString())).isTrue();
        assertThat(mounts.isMountPoint(room.layout.rootfs(orphan).toString())).isFalse();
        assertThat(room.layout.writableLayer(orphan)).doesNotExist();
        assertThat(folder).doesNotExist();
        await(room.images.removeLayer(kept));
    }

    @Test
    void createLayer_ofUnknownImageIsRefused() {
        assertThatThrownBy(() -> await(room.images.createLayer(Ids.random(), Digest.of("no"), Map.of())))
                .isInstanceOf(WharfException.class)
                .hasMessageStartingWith("No such image: sha256:");
    }

    @Test
    void mountRoot_isQuick() {
        String id = Ids.random();
        await(room.images.createLayer(id, image(), Map.of()));
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 50; i++) {
            long begun = System.nanoTime();
            await(room.images.mountRoot(id));
            best = Math.min(best, System.nanoTime() - begun);
            await(room.images.unmountRoot(id));
        }
        await(room.images.removeLayer(id));
        assertThat(best).isLessThan(5_000_000);
    }
}
