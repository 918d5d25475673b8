package io.wharf.images.layers;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.Lanes;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.drivers.StorageDrivers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
        AddImage add = new AddImage(room.store, images, layers, new Lanes("image"));
        assertThatThrownBy(() -> await(add.run(hold, AddImage.Draft.of(config, null, List.of()), (tx, added) -> {})))
                .hasMessageContaining("was removed meanwhile");
        assertThat(images.image(Digest.of(config))).isEmpty();
        hold.close();
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
    void blobFile_thatIsInItsPlaceAlready_losesItsSecondName() throws IOException {
        Path first = Files.writeString(room.layout.ingest().resolve("first"), "bytes");
        Path second = Files.createLink(room.layout.ingest().resolve("second"), first);
        assertThat(PlaceLayer.keep(second, first)).isTrue();
        assertThat(second).doesNotExist();
        assertThat(first).hasContent("bytes");
        assertThat(PlaceLayer.keep(second, first)).isFalse();
    }
}
