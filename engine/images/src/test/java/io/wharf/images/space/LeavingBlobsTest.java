package io.wharf.images.space;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.drivers.StorageDrivers;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.TarSplitReader;
import io.wharf.images.layers.TarSplitWriter;
import io.wharf.images.layers.Yielding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may go of an image, and what may not while others are looked at. */
class LeavingBlobsTest {
    private final Room room = Room.open(new ImageSpaceOptions(Blobs.KEEP, 10, null, null, 100_000));
    private final Images images = new Images();
    private final StorageDrivers drivers = new StorageDrivers(room.layout, null, Map.of());
    private final LayerStore layers = new LayerStore(room.layout, room.pools, images, drivers);
    private final Image image;
    private final Layer layer;

    LeavingBlobsTest() {
        String id = room.importTar(new Tar().file("a", "1").bytes(), "app");
        await(ImageTable.load(room.store, images));
        await(room.pools.run(drivers::start));
        image = images.image(Digest.parse(id)).orElseThrow();
        layer = images.mustLayer(image.layers().getFirst());
    }

    @AfterEach
    void close() {
        room.close();
    }

    @Test
    void namelessParent_thatIsWorkedWith_staysWhenItsChildGoes() {
        images.remove(image.id());
        images.add(image);
        Digest child = Digest.of("child");
        images.add(new Image(child, image.config(), image.id(), 0));
        LayerStore.Hold hold = layers.hold();
        hold.all(image);
        Removal held = new Removal(images, layers.held(), user -> false);
        held.plan(child.toString(), images.get(child.toString()), false, true);
        assertThat(held.records()).hasSize(1);
        Removal pruned = new Removal(images, layers.held(), user -> false);
        pruned.planQuietly(images.get(child.toString()));
        assertThat(pruned.isEmpty()).isTrue();
        hold.close();
        Removal free = new Removal(images, layers.held(), user -> false);
        free.plan(child.toString(), images.get(child.toString()), false, true);
        // Both images and their layer.
        assertThat(free.records()).hasSize(3);
        assertThat(free.uses().bytes()).isEqualTo(layer.size());
    }

    @Test
    void blob_doesNotGo_whileALayerOfItsContentWasNotLookedAt() {
        Vertx vertx = room.vertx;
        var compact = new CompactBlobs(
                vertx,
                room.layout,
                new ImageSpaceOptions(Blobs.COMPACT, 10, null, null, 50),
                room.store,
                images,
                layers);
        Blob blob = new Blob(Digest.of("blob"), layer.diff(), "", 1, true);
        Set<Digest> examined = layers.chainsOf(layer.diff());
        assertThat(compact.isAsExamined(blob, examined)).isTrue();
        Digest chain = Layer.chain(layer.chain(), layer.diff());
        images.add(new Layer(chain, layer.chain(), layer.diff(), 1, 1));
        assertThat(compact.isAsExamined(blob, examined)).isFalse();
        // One that was looked at and came anew meanwhile has no record any more.
        assertThat(compact.isAsExamined(blob, layers.chainsOf(layer.diff()))).isFalse();
    }

    @Test
    void record_thatNeedsWhatWasReplaced_isNotGivenToOtherLayers() throws IOException {
        Path other = Files.createDirectories(room.layout.ingest().resolve("other"));
        Path source = layers.folder(layer.chain());
        assertThat(TarSplitReader.isRecorded(source)).isTrue();
        Path blob = Files.write(
                room.layout.ingest().resolve("blob"), new Tar().file("a", "1").bytes());
        Yielding yielding = new Yielding(() -> false, () -> false);
        Files.write(source.resolve(TarSplitWriter.REPLACED), new byte[0]);
        var compact = new CompactBlob(room.layout, blob, List.of(source, other), yielding);
        assertThat(compact.run(true).recorded()).isFalse();
        assertThat(TarSplitReader.isRecorded(other)).isFalse();
        Files.delete(source.resolve(TarSplitWriter.REPLACED));
        assertThat(compact.run(true).recorded()).isTrue();
        assertThat(TarSplitReader.isRecorded(other)).isTrue();
    }
}
