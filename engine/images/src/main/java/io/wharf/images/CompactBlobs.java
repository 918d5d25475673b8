package io.wharf.images;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.linux.Pools;
import io.wharf.linux.Threads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the store smaller when nobody works with images: blobs that can be made again go, one at a time, on one nice thread
 * that waits whenever there is other work.
 *
 * <p>The recipe is committed before the bytes go; a death in between leaves both, and the next engine looks at them again.
 */
final class CompactBlobs {
    private static final Logger LOG = LoggerFactory.getLogger(CompactBlobs.class);
    private static final int NICENESS = 19;
    private static final long PATIENCE_MILLIS = 200;

    private final Vertx vertx;
    private final Layout layout;
    private final ImageSpaceOptions options;
    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private @Nullable Pools quiet;
    private long timer = -1;
    private boolean running;
    private volatile boolean stopped;

    CompactBlobs(Vertx vertx, Layout layout, ImageSpaceOptions options, Store store, Images images, LayerStore layers) {
        this.vertx = vertx;
        this.layout = layout;
        this.options = options;
        this.store = store;
        this.images = images;
        this.layers = layers;
    }

    /** Takes blobs up again whose bytes lie there although they need not: an engine died in between. */
    Future<Void> start(Pools pools) {
        Set<Digest> remade = images.recipes().remade();
        if (remade.isEmpty()) {
            wake();
            return Future.succeededFuture();
        }
        return pools.call(() -> remade.stream()
                        .filter(digest -> Files.exists(layers.blob(digest)))
                        .toList())
                .onSuccess(left -> {
                    left.forEach(images.recipes()::remove);
                    wake();
                })
                .mapEmpty();
    }

    /** Begins anew to wait for quiet, if there is anything to do then. */
    void wake() {
        if (stopped || running || options.blobs() == Blobs.KEEP) {
            return;
        }
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        timer = vertx.setTimer(options.idleMillis(), fired -> {
            timer = -1;
            if (waiting() == 0) {
                return;
            }
            if (layers.isBusy()) {
                wake();
            } else {
                begin();
            }
        });
    }

    /** Takes up again what failed. */
    void again() {
        if (images.recipes().forgetFailures()) {
            wake();
        }
    }

    /** Blobs that are still to be looked at. */
    int waiting() {
        if (options.blobs() == Blobs.KEEP) {
            return 0;
        }
        return candidates().size();
    }

    void stop() {
        stopped = true;
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        if (quiet != null) {
            quiet.close();
        }
    }

    private List<Blob> candidates() {
        List<Blob> found = new ArrayList<>();
        for (List<Blob> some : images.blobs()) {
            for (Blob blob : some) {
                if (blob.kept() && images.recipes().isWaiting(blob.digest(), options.blobs() == Blobs.DROP)) {
                    found.add(blob);
                }
            }
        }
        return found;
    }

    private void begin() {
        running = true;
        Pools pool = new Pools(1, 1);
        quiet = pool;
        next(pool, new ArrayDeque<>(candidates())).onComplete(done -> {
            running = false;
            quiet = null;
            pool.close();
            if (!stopped) {
                wake();
            }
        });
    }

    private Future<Void> next(Pools pool, ArrayDeque<Blob> left) {
        Blob blob = left.poll();
        if (blob == null || stopped) {
            return Future.succeededFuture();
        }
        return one(pool, blob)
                .recover(failure -> {
                    // What is wrong may be the disk, which may be full, or the layer may have gone meanwhile.
                    LOG.info("blob {} stays as it is for now: {}", blob.digest(), failure.toString());
                    images.recipes().failed(blob.digest());
                    return Future.succeededFuture();
                })
                .compose(done -> next(pool, left));
    }

    private Future<Void> one(Pools pool, Blob blob) {
        List<Path> folders = new ArrayList<>();
        for (Layer layer : images.layers()) {
            if (layer.diff().equals(blob.diff())) {
                folders.add(layers.folder(layer.chain()));
            }
        }
        Path file = layers.blob(blob.digest());
        if (folders.isEmpty()) {
            images.recipes().postpone(blob.digest());
            return Future.succeededFuture();
        }
        boolean drop = options.blobs() == Blobs.DROP;
        Yielding yielding = new Yielding(layers::isBusy, () -> stopped);
        return pool.call(() -> {
                    Threads.nice(NICENESS);
                    return new CompactBlob(layout, file, folders, yielding).run(drop);
                })
                .compose(verdict -> {
                    String recipe = verdict.recipe().map(found -> found.text()).orElse(Recipes.NONE);
                    boolean goes = verdict.recipe().isPresent();
                    LOG.debug("blob {}: {}", blob.digest(), recipe);
                    if (!isStillHere(blob)) {
                        return Future.succeededFuture();
                    }
                    if (!goes && drop && verdict.recorded()) {
                        return forget(blob);
                    }
                    return store.write(tx -> {
                                Recipes.write(tx, blob.digest(), recipe);
                                return Boolean.TRUE;
                            })
                            .compose(done -> {
                                images.recipes().put(blob.digest(), recipe);
                                if (!goes) {
                                    images.recipes().postpone(blob.digest());
                                }
                                return goes && isStillHere(blob) ? remove(blob) : Future.succeededFuture();
                            });
                });
    }

    /** Its digest is remembered, so that a push to where it lies already sends nothing. */
    private Future<Void> forget(Blob blob) {
        Blob named = new Blob(blob.digest(), blob.diff(), blob.mediaType(), blob.size(), false);
        return store.write(tx -> {
                    ImageTable.letGo(tx, blob.digest());
                    return Boolean.TRUE;
                })
                .compose(done -> {
                    images.letGo(named);
                    return remove(blob);
                });
    }

    /** Who began with the bytes in their place may finish with them first. */
    private Future<Void> remove(Blob blob) {
        if (stopped) {
            return Future.succeededFuture();
        }
        return layers.isBusy()
                ? vertx.timer(PATIENCE_MILLIS).compose(later -> remove(blob))
                : layers.deleteBlobs(List.of(blob));
    }

    private boolean isStillHere(Blob blob) {
        Digest digest = blob.digest();
        return images.blobs(blob.diff()).stream()
                .anyMatch(one -> one.kept() && one.digest().equals(digest));
    }
}
