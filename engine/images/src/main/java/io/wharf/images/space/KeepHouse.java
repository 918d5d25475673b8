package io.wharf.images.space;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is looked after from time to time: layers and blobs that no image has any more, because somebody worked with them
 * when their image went; and how full the disk is, where that was asked for.
 */
public final class KeepHouse {
    private static final Logger LOG = LoggerFactory.getLogger(KeepHouse.class);
    /** Of so many looks at the disk one looks for what nothing needs. */
    private static final long SWEEP_RATIO = 10;

    private final Vertx vertx;
    private final ImageSpaceOptions options;
    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private final Lanes lanes;
    private final MakeRoom collect;
    private final List<Long> timers = new ArrayList<>();
    private boolean collecting;

    public KeepHouse(
            Vertx vertx,
            ImageSpaceOptions options,
            Store store,
            Images images,
            LayerStore layers,
            Lanes lanes,
            MakeRoom collect) {
        this.vertx = vertx;
        this.options = options;
        this.store = store;
        this.images = images;
        this.layers = layers;
        this.lanes = lanes;
        this.collect = collect;
    }

    /** Has more done at each sweep. */
    public void start(Runnable more) {
        timers.add(vertx.setPeriodic(SWEEP_RATIO * options.everyMillis(), tick -> {
            sweep();
            more.run();
        }));
        if (options.high() != null) {
            timers.add(vertx.setPeriodic(options.everyMillis(), tick -> look()));
        }
    }

    public void stop() {
        timers.forEach(vertx::cancelTimer);
    }

    private void look() {
        var high = options.high();
        var low = options.low();
        if (collecting || high == null || low == null) {
            return;
        }
        collecting = true;
        collect.ifBeyond(high, low)
                .onFailure(failure -> LOG.warn("collecting images: {}", failure.toString()))
                // What was removed counts only when it is gone from the disk.
                .eventually(layers::settled)
                .onComplete(done -> collecting = false);
    }

    /** Removes layers and blobs that nothing needs; a failure leaves them to the next time. */
    public Future<Void> sweep() {
        return lanes.run(AddImage.LANE, () -> {
                    if (images.hasUnreadable()) {
                        LOG.warn("nothing is swept: it is not known which layers {} needs", images.unreadable());
                        return Future.<Boolean>succeededFuture(false);
                    }
                    List<Layer> unneeded = images.unneeded(layers.held());
                    Set<Digest> going = new HashSet<>();
                    unneeded.forEach(layer -> going.add(layer.chain()));
                    Set<Digest> contents = new HashSet<>();
                    images.layers().stream()
                            .filter(layer -> !going.contains(layer.chain()))
                            .forEach(layer -> contents.add(layer.diff()));
                    List<Blob> blobs = images.blobs().stream()
                            .flatMap(List::stream)
                            .filter(blob -> !contents.contains(blob.diff()))
                            .toList();
                    if (unneeded.isEmpty() && blobs.isEmpty()) {
                        return Future.succeededFuture(false);
                    }
                    LOG.info("removing {} layers and {} blobs that nothing needs", unneeded.size(), blobs.size());
                    Future<Boolean> committed = store.write(tx -> {
                                unneeded.forEach(layer -> ImageTable.deleteLayer(tx, layer.chain()));
                                blobs.forEach(blob -> ImageTable.deleteBlob(tx, blob.digest()));
                                return Boolean.TRUE;
                            })
                            .onSuccess(done -> {
                                unneeded.forEach(layer -> images.removeLayer(layer.chain()));
                                blobs.forEach(blob -> images.removeBlobs(blob.diff()));
                            });
                    return layers.remove(unneeded, blobs, committed);
                })
                .otherwise(failure -> {
                    LOG.warn("removing what nothing needs: {}", failure.toString());
                    return false;
                })
                .mapEmpty();
    }
}
