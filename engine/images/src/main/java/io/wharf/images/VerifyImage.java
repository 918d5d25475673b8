package io.wharf.images;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.processors.FlowableProcessor;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.ErrorKind;
import io.wharf.base.Slots;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.ProgressDetail;
import io.wharf.contracts.Verified;
import io.wharf.contracts.Verified.Soundness;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.catalog.Manifest;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.VerifyLayer;
import io.wharf.linux.Pools;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads an image again, item by item, and remembers which layers are damaged, so that the next pull or load brings them
 * anew. One image at a time; its client's leaving ends it.
 */
final class VerifyImage {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyImage.class);
    private static final long INTERVAL_NANOS = 500_000_000;

    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private final Pools quiet;
    private final Slots turn;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final FlowableProcessor<Verified> lines =
            UnicastProcessor.<Verified>create().toSerialized();
    private int items;
    private int damaged;

    VerifyImage(Store store, Images images, LayerStore layers, Pools quiet, Slots turn) {
        this.store = store;
        this.images = images;
        this.layers = layers;
        this.quiet = quiet;
        this.turn = turn;
    }

    Flowable<Verified> run(Image image) {
        Future<Void> read = layers.holding(hold -> {
            hold.all(image);
            return turn.run(() -> documents(image).compose(done -> layers(image, 0)));
        });
        read.onComplete(done -> {
            if (done.failed()) {
                lines.onError(done.cause());
                return;
            }
            lines.onNext(new Verified(
                    image.id(),
                    "image",
                    image.id(),
                    null,
                    damaged == 0 ? Soundness.OK : Soundness.DAMAGED,
                    null,
                    null,
                    null,
                    null,
                    items,
                    damaged));
            lines.onComplete();
        });
        return lines.doOnCancel(() -> cancelled.set(true));
    }

    private Future<Void> documents(Image image) {
        Future<Void> all = ImageTable.config(store, image.id())
                .onSuccess(bytes -> document(image, "config", image.id(), bytes))
                .mapEmpty();
        for (Manifest manifest : images.manifests(image.id())) {
            all = all.compose(done -> ImageTable.manifest(store, manifest.digest()))
                    .onSuccess(bytes -> document(image, "manifest", manifest.digest(), bytes.orElse(null)))
                    .mapEmpty();
        }
        return all;
    }

    private void document(Image image, String item, Digest digest, byte @Nullable [] bytes) {
        if (bytes == null) {
            tell(Verified.of(image.id(), item, digest, Soundness.MISSING, null));
            return;
        }
        Digest is = Digest.of(bytes);
        tell(
                is.equals(digest)
                        ? Verified.of(image.id(), item, digest, Soundness.OK, null)
                        : Verified.of(image.id(), item, digest, Soundness.DAMAGED, "its text has the digest " + is));
    }

    private Future<Void> layers(Image image, int at) {
        if (cancelled.get()) {
            return Future.failedFuture(new WharfException(ErrorKind.CANCELLED, "context canceled"));
        }
        if (at == image.layers().size()) {
            return Future.succeededFuture();
        }
        return layer(image, images.mustLayer(image.layers().get(at))).compose(done -> layers(image, at + 1));
    }

    private Future<Void> layer(Image image, Layer layer) {
        Blob kept = images.blobs(layer.diff()).stream()
                .filter(blob -> blob.kept() && images.recipes().of(blob.digest()) == null)
                .findFirst()
                .orElse(null);
        long[] told = {System.nanoTime()};
        var verify = new VerifyLayer(
                layer,
                layers.folder(layer.chain()),
                kept,
                kept == null ? null : layers.blob(kept.digest()),
                cancelled,
                bytes -> {
                    long now = System.nanoTime();
                    if (now - told[0] >= INTERVAL_NANOS) {
                        told[0] = now;
                        lines.onNext(line(image, layer, Soundness.CHECKING, null, bytes));
                    }
                });
        return verify.run(quiet).compose(verdict -> {
            if (kept != null) {
                tell(Verified.of(image.id(), "blob", kept.digest(), verdict.blob(), null));
            }
            tell(line(image, layer, verdict.layer(), verdict, 0));
            if (verdict.isSound()) {
                return Future.succeededFuture();
            }
            LOG.warn("layer {} of image {} is damaged: {}", layer.chain(), image.id(), verdict.reason());
            return layers.markDamaged(layer.chain());
        });
    }

    private static Verified line(
            Image image, Layer layer, Soundness state, VerifyLayer.@Nullable Verdict verdict, long bytes) {
        boolean names = verdict != null && !verdict.damages().isEmpty();
        return new Verified(
                image.id(),
                "layer",
                layer.diff(),
                layer.chain(),
                state,
                verdict == null ? null : verdict.reason(),
                names && verdict != null ? List.copyOf(verdict.damages()) : null,
                names && verdict != null && verdict.more() > 0 ? verdict.more() : null,
                verdict == null ? new ProgressDetail(bytes, layer.tarSize()) : null,
                null,
                null);
    }

    private void tell(Verified line) {
        items++;
        if (line.state() != Soundness.OK) {
            damaged++;
        }
        lines.onNext(line);
    }
}
