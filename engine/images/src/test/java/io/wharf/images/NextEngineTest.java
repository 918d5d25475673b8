package io.wharf.images;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.contracts.CollectImages;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService.ListImages;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.images.Room.Tar;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the next engine makes of rows and files that do not fit. */
class NextEngineTest {
    private Room room = Room.open(space(Blobs.KEEP));

    @AfterEach
    void close() {
        room.close();
    }

    private static ImageSpaceOptions space(Blobs blobs) {
        return new ImageSpaceOptions(blobs, 10, null, null, 10);
    }

    private void next(Blobs blobs) {
        room.stop();
        room = room.next(space(blobs));
    }

    private long count(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void image_whoseConfigCannotBeRead_keepsItsLayersUntilItIsMendedOrGone() throws IOException {
        String id = room.importTar(new Tar().file("a", "1").bytes(), "app");
        room.importTar(new Tar().file("b", "2").bytes(), "other");
        byte[] archive = room.drain(room.images.save(List.of("app")));
        damageConfig(id);
        next(Blobs.KEEP);
        assertThat(count(room.layout.layers())).isEqualTo(2);
        var collected = await(room.images.collect(new CollectImages(false, "100000TB")));
        assertThat(collected.images()).isEmpty();
        assertThat(collected.reached()).isFalse();
        await(room.images.remove("other", false, false));
        assertThat(count(room.layout.layers())).isEqualTo(2);
        // A load brings the config again, and the sweeps what was left.
        room.watch(room.images.load(room.offer(archive), true, null));
        Awaitility.await().until(() -> count(room.layout.layers()) == 1);
        assertThat(await(room.images.inspect("app")).size()).isEqualTo(1);
        damageConfig(id);
        next(Blobs.KEEP);
        await(room.images.remove("app", false, false));
        Awaitility.await().until(() -> count(room.layout.layers()) == 0);
    }

    private void damageConfig(String id) {
        await(room.store.write(tx -> {
            tx.update("UPDATE image SET config = '{' WHERE id = ?", id);
            return Boolean.TRUE;
        }));
    }

    @Test
    void config_ofOtherBytesThanItsDigest_isNotBelieved() {
        String id = room.importTar(new Tar().file("a", "1").bytes(), "app");
        byte[] archive = room.drain(room.images.save(List.of("app"), null));
        await(room.store.write(tx -> {
            tx.update("UPDATE image SET config = replace(config, 'linux', 'lynux') WHERE id = ?", id);
            return Boolean.TRUE;
        }));
        next(Blobs.KEEP);
        assertThat(await(room.images.list(new ListImages(true, false, true, Filters.NONE))))
                .singleElement()
                .satisfies(row -> assertThat(row.size()).isZero());
        room.watch(room.images.load(room.offer(archive), true, null));
        assertThat(await(room.images.inspect("app")).os()).isEqualTo("linux");
        assertThat(await(room.images.inspect("app")).size()).isEqualTo(1);
    }

    @Test
    void image_thatLacksALayer_isListedAndCanGo() {
        Digest id = Digest.parse(room.importTar(new Tar().file("a", "1").bytes(), "app"));
        Images images = new Images();
        await(ImageTable.load(room.store, images));
        Digest chain = images.image(id).orElseThrow().layers().getFirst();
        await(room.store.write(tx -> {
            ImageTable.deleteLayer(tx, chain);
            return Boolean.TRUE;
        }));
        next(Blobs.KEEP);
        assertThat(await(room.images.list(new ListImages(true, false, true, Filters.NONE))))
                .hasSize(1);
        assertThat(await(room.images.history("app"))).hasSize(1);
        await(room.images.remove("app", false, false));
    }

    @Test
    void blob_thatHasARecipe_goesRatherThanTheRecipe_andComesBackForALayerThatIsMended() throws IOException {
        byte[] tar = new Tar().file("a", "1".repeat(5_000)).bytes();
        Vertx vertx = Vertx.vertx();
        try (FlakyRegistry registry = new FlakyRegistry(vertx)) {
            registry.image("t", tar);
            next(Blobs.COMPACT);
            var pull = new PullImage(registry.host() + "/app", "t", false, null, null);
            room.watch(room.images.pull(pull));
            Path blob = room.layout.blobs().resolve(Digest.of(tar).hex());
            Awaitility.await().until(() -> !Files.exists(blob));
            Files.writeString(blob, "half of");
            next(Blobs.COMPACT);
            assertThat(blob).doesNotExist();
            assertThat(await(room.images.space()).blobsRemade()).isEqualTo(1);
            next(Blobs.KEEP);
            Path layer = room.layout.layers().resolve(Digest.of(tar).hex());
            Files.move(layer.resolve("diff"), layer.resolve("lost"));
            room.watch(room.images.pull(pull));
            assertThat(recipes()).isEmpty();
            next(Blobs.KEEP);
            assertThat(await(room.images.space()).blobsKept()).isEqualTo(1);
            assertThat(blob).hasBinaryContent(tar);
        } finally {
            await(vertx.close());
        }
    }

    @Test
    void start_succeedsWhereSweepsFail() throws IOException {
        String id = room.importTar(new Tar().file("a", "1").bytes(), "app");
        await(room.store.write(tx -> {
            ImageTable.deleteImage(tx, Digest.parse(id));
            tx.update("CREATE TRIGGER never BEFORE DELETE ON image_layer BEGIN SELECT RAISE(ABORT, 'no'); END");
            return Boolean.TRUE;
        }));
        Path beginning = Files.createDirectories(room.layout.downloads().resolve("a/b"));
        Files.setLastModifiedTime(beginning.getParent(), FileTime.fromMillis(0));
        next(Blobs.KEEP);
        assertThat(await(room.images.facts()).layersSize()).isEqualTo(1);
        await(room.store.write(tx -> tx.update("DROP TRIGGER never")));
        Awaitility.await().until(() -> count(room.layout.layers()) == 0);
    }

    private List<String> recipes() {
        return await(room.store.read("SELECT recipe FROM image_recipe", row -> row.text(1)));
    }
}
