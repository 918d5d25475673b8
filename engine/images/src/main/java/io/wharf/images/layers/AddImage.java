package io.wharf.images.layers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.Tx;
import io.wharf.base.WharfException;
import io.wharf.images.catalog.Attestation;
import io.wharf.images.catalog.Attestations;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageRows;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.catalog.Uses;
import io.wharf.images.spec.ExactText;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.ManifestText;
import io.wharf.images.spec.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The last step of everything that brings an image: layers made durable, then rows, names and events in one commit. */
public final class AddImage {
    /** All that changes which images there are goes one after another. */
    public static final String LANE = "images";

    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private final Lanes lanes;

    public AddImage(Store store, Images images, LayerStore layers, Lanes lanes) {
        this.store = store;
        this.images = images;
        this.layers = layers;
        this.lanes = lanes;
    }

    /**
     * An image whose layers are held.
     *
     * @param attestations null where nothing was heard of any
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Draft(
            byte[] config,
            @Nullable Digest parent,
            List<Reference> names,
            List<ManifestText> manifests,
            List<Blob> blobs,
            @Nullable List<Attestation> attestations) {
        public static Draft of(byte[] config, @Nullable Digest parent, List<Reference> names) {
            return new Draft(config, parent, names, List.of(), List.of(), null);
        }
    }

    public Future<Image> run(LayerStore.Hold hold, Draft draft, BiConsumer<Tx, Image> announce) {
        ExactText.require(draft.config());
        ImageConfig config = ImageConfig.parse(draft.config());
        Digest id = Digest.of(draft.config());
        return lanes.run(
                AddImage.LANE,
                () -> layers.sync().compose(synced -> {
                    Image before = images.image(id).orElse(null);
                    long tagged =
                            draft.names().isEmpty() ? (before == null ? 0 : before.taggedNanos()) : Times.nowNanos();
                    Image image = new Image(id, config, before == null ? draft.parent() : before.parent(), tagged);
                    List<Layer> added = hold.uncommitted();
                    requireLayers(image, added);
                    List<Blob> brought = hold.uncommittedBlobs();
                    List<Blob> blobs = new ArrayList<>(brought);
                    blobs.removeIf(blob -> draft.blobs().stream()
                            .anyMatch(named -> named.digest().equals(blob.digest())));
                    blobs.addAll(draft.blobs());
                    Uses.Use use = new Uses.Use(Times.nowNanos(), images.uses().isPinned(id));
                    ImageRows rows = new ImageRows(
                            image,
                            draft.config(),
                            use,
                            added,
                            brought,
                            blobs,
                            draft.manifests(),
                            draft.names(),
                            draft.attestations());
                    return store.write(tx -> {
                                rows.write(tx);
                                announce.accept(tx, image);
                                return image;
                            })
                            .onSuccess(done -> {
                                rows.apply(images);
                                layers.committed(added);
                            });
                }));
    }

    /** An image without all of its layers would be there and could never run. */
    private void requireLayers(Image image, List<Layer> added) {
        Set<Digest> here = new HashSet<>();
        added.forEach(layer -> here.add(layer.chain()));
        for (Digest chain : image.layers()) {
            if (images.layer(chain) == null && !here.contains(chain)) {
                throw WharfException.conflict(
                        "layer " + chain + " of image " + image.id() + " was removed meanwhile: bring the image again");
            }
        }
    }

    /** The text of a config that is here. */
    private Future<byte[]> config(Digest image) {
        return ImageTable.config(store, image);
    }

    /** The manifests by which something is attested of an image that is here. */
    public Future<List<Digest>> attestedBy(Digest image) {
        return images.image(image).isEmpty() ? Future.succeededFuture(List.of()) : Attestations.manifests(store, image);
    }

    /** The text of a config, fetched where it is not here or not what it was. */
    public Future<byte[]> config(Digest image, Supplier<Future<byte[]>> fetch) {
        if (images.image(image).isEmpty()) {
            return fetch.get();
        }
        return config(image)
                .compose(bytes -> Digest.of(bytes).equals(image) ? Future.succeededFuture(bytes) : fetch.get());
    }
}
