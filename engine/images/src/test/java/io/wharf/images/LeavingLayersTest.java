package io.wharf.images;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.Lanes;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.images.Room.Tar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Layers between the plan of their removal and its end, and those that come while others are looked at. */
class LeavingLayersTest {
    private final Room room = Room.open(new ImageSpaceOptions(Blobs.KEEP, 10, null, null, 100_000));
    private final Images images = new Images();
    private final StorageDrivers drivers = new StorageDrivers(room.layout, null, Map.of());
    private final LayerStore layers = new LayerStore(room.layout, room.pools, images, drivers);
    private final Image image;
    private final Layer layer;

    LeavingLayersTest() {
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
    void layer_thatIsLeavingIsHadByNobody_andIsHereAgainAfterAFailure() {
        Promise<Boolean> commit = Promise.promise();
        Future<Boolean> answer = layers.remove(List.of(layer), List.of(), commit.future());
        LayerStore.Hold hold = layers.hold();
        assertThat(hold.have(null, layer.diff())).isNull();
        assertThat(layers.isLeaving(image)).isTrue();
        assertThatThrownBy(() -> hold.all(image)).hasMessageContaining("is being removed");
        assertThat(layers.isBusy()).isFalse();
        commit.fail("the disk is full");
        assertThatThrownBy(() -> await(answer)).hasMessageContaining("the disk is full");
        LayerStore.Hold other = layers.hold();
        assertThat(other.have(null, layer.diff())).isEqualTo(layer);
        other.close();
        assertThat(layers.folder(layer.chain())).isDirectory();
    }

    @Test
    void layer_thatComesWhileItLeaves_isPlacedAfterwards() throws IOException {
        Promise<Boolean> commit = Promise.promise();
        layers.remove(List.of(layer), List.of(), commit.future());
        LayerStore.Hold hold = layers.hold();
        Path again = Files.createDirectories(room.layout.ingest().resolve("again"));
        Files.writeString(Files.createDirectory(again.resolve("diff")).resolve("new"), "");
        Path noBlob = room.layout.ingest().resolve("none");
        Future<Layer> coming = hold.ensure(
                null,
                layer.diff(),
                () -> Future.succeededFuture(new NewLayer(again, layer.diff(), 1, 1, Digest.of("blob"), 1, noBlob)));
        assertThat(coming.isComplete()).isFalse();
        images.removeLayer(layer.chain());
        commit.complete(true);
        assertThat(await(coming).chain()).isEqualTo(layer.chain());
        assertThat(layers.diff(layer.chain()).resolve("new")).exists();
        assertThat(hold.uncommitted()).hasSize(1);
        hold.close();
        await(layers.settled());
        assertThat(layers.folder(layer.chain())).doesNotExist();
    }

    @Test
    void image_whoseLayerWentMeanwhile_isRefused() {
        byte[] config = Json.writeBytes(Map.of(
                "rootfs",
                Map.of("type", "layers", "diff_ids", List.of(Digest.of("gone").toString()))));
        LayerStore.Hold hold = layers.hold();
        AddImage add = new AddImage(room.store, images, layers, new Lanes());
        assertThatThrownBy(() -> await(add.run(hold, AddImage.Draft.of(config, null, List.of()), (tx, added) -> {})))
                .hasMessageContaining("was removed meanwhile");
        assertThat(images.image(Digest.of(config))).isEmpty();
        hold.close();
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
    void holding_letsGoWhateverHappens() {
        assertThatThrownBy(() -> layers.<String>holding(hold -> {
                    hold.all(image);
                    throw new IllegalStateException("odd");
                }))
                .hasMessage("odd");
        assertThat(layers.isBusy()).isFalse();
        assertThat(layers.held()).isEmpty();
        Promise<String> work = Promise.promise();
        Future<String> answer = layers.holding(hold -> {
            hold.all(image);
            return work.future();
        });
        assertThat(layers.held()).containsExactly(layer.chain());
        work.fail("broken");
        assertThat(answer.failed()).isTrue();
        assertThat(layers.held()).isEmpty();
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

    @Test
    void blobFile_thatIsInItsPlaceAlready_losesItsSecondName() throws IOException {
        Path first = Files.writeString(room.layout.ingest().resolve("first"), "bytes");
        Path second = Files.createLink(room.layout.ingest().resolve("second"), first);
        assertThat(PlaceLayer.keep(second, first)).isTrue();
        assertThat(second).doesNotExist();
        assertThat(first).hasContent("bytes");
        assertThat(PlaceLayer.keep(second, first)).isFalse();
    }
}
