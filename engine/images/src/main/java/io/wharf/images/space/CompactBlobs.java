package io.wharf.images.space;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Recipes;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.TarSplitReader;
import io.wharf.images.layers.Yielding;
import io.wharf.linux.Pools;
import io.wharf.linux.Threads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the store smaller when nobody works with images: blobs that can be made again go, one at a time, on one nice thread
 * that waits whenever there is other work.
 *
 * <p>The recipe is committed before the bytes go; a death in between leaves both, and the next engine looks at them again.
 */
public final class CompactBlobs {
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

    public CompactBlobs(
            Vertx vertx, Layout layout, ImageSpaceOptions options, Store store, Images images, LayerStore layers) {
        this.vertx = vertx;
        this.layout = layout;
        this.options = options;
        this.store = store;
        this.images = images;
        this.layers = layers;
    }

    /**
     * Finishes what an engine began that died in between: bytes whose recipe is committed go, for they may have come again
     * and never have been made durable. Where a layer lacks the record that the recipe needs, the bytes are what there is.
     */
    public Future<Void> start(Pools pools) {
        Map<Digest, List<Path>> remade = remade();
        if (remade.isEmpty()) {
            wake();
            return Future.succeededFuture();
        }
        return pools.call(() -> {
                    List<Digest> left = new ArrayList<>();
                    for (var entry : remade.entrySet()) {
                        Path file = layers.blob(entry.getKey());
                        if (entry.getValue().stream().allMatch(TarSplitReader::isRecorded)) {
                            Files.deleteIfExists(file);
                        } else if (Files.exists(file)) {
                            left.add(entry.getKey());
                        }
                    }
                    return left;
                })
                .onSuccess(left -> {
                    left.forEach(images.recipes()::remove);
                    wake();
                })
                .<Void>mapEmpty()
                .otherwise(failure -> {
                    LOG.warn("looking for blobs that need not be kept: {}", failure.toString());
                    return null;
                });
    }

    /** The blobs that are said to be made again, and the folders of their layers. */
    private Map<Digest, List<Path>> remade() {
        Set<Digest> digests = images.recipes().remade();
        Map<Digest, List<Path>> remade = new HashMap<>();
        for (List<Blob> some : images.blobs()) {
            for (Blob blob : some) {
                if (digests.contains(blob.digest())) {
                    remade.put(blob.digest(), folders(layers.chainsOf(blob.diff())));
                }
            }
        }
        return remade;
    }

    private List<Path> folders(Set<Digest> chains) {
        return chains.stream().map(layers::folder).toList();
    }

    /** Begins anew to wait for quiet, if there is anything to do then. */
    public void wake() {
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
    public void again() {
        if (images.recipes().forgetFailures()) {
            wake();
        }
    }

    /** Blobs that are still to be looked at. */
    public int waiting() {
        if (options.blobs() == Blobs.KEEP) {
            return 0;
        }
        return candidates().size();
    }

    public void stop() {
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
        Set<Digest> chains = layers.chainsOf(blob.diff());
        List<Path> folders = folders(chains);
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
                    if (verdict.recorded() && !isAsExamined(blob, chains)) {
                        // Layers that came meanwhile have nothing but these bytes: a later round looks at them too.
                        images.recipes().failed(blob.digest());
                        return Future.succeededFuture();
                    }
                    if (!goes && drop && verdict.recorded()) {
                        return forget(blob, chains);
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
                                return goes && isStillHere(blob)
                                        ? remove(blob, chains, () -> takeBack(blob))
                                        : Future.succeededFuture();
                            });
                });
    }

    /** Its digest is remembered, so that a push to where it lies already sends nothing. */
    private Future<Void> forget(Blob blob, Set<Digest> examined) {
        Blob named = new Blob(blob.digest(), blob.diff(), blob.mediaType(), blob.size(), false);
        return store.write(tx -> {
                    ImageTable.letGo(tx, blob.digest());
                    return Boolean.TRUE;
                })
                .compose(done -> {
                    images.letGo(named);
                    return remove(blob, examined, () -> keep(blob));
                });
    }

    /** Who began with the bytes in their place may finish with them first; layers that came meanwhile need them. */
    private Future<Void> remove(Blob blob, Set<Digest> examined, Supplier<Future<Void>> instead) {
        if (stopped) {
            return Future.succeededFuture();
        }
        if (layers.isBusy()) {
            return vertx.timer(PATIENCE_MILLIS).compose(later -> remove(blob, examined, instead));
        }
        return isAsExamined(blob, examined) ? layers.deleteBlobs(List.of(blob)) : instead.get();
    }

    /** Whether all layers of the content have the record that was found good; in the turn in which that counts. */
    boolean isAsExamined(Blob blob, Set<Digest> examined) {
        Set<Digest> now = layers.chainsOf(blob.diff());
        return examined.containsAll(now) && now.stream().map(layers::folder).allMatch(TarSplitReader::isRecorded);
    }

    /** The bytes stay, so they are not to be made again. */
    private Future<Void> takeBack(Blob blob) {
        images.recipes().remove(blob.digest());
        images.recipes().failed(blob.digest());
        return store.write(tx -> {
                    Recipes.delete(tx, blob.digest());
                    return Boolean.TRUE;
                })
                .mapEmpty();
    }

    /** The bytes stay, and are known to. */
    private Future<Void> keep(Blob blob) {
        if (images.blobs(blob.diff()).stream().noneMatch(one -> one.digest().equals(blob.digest()))) {
            return layers.deleteBlobs(List.of(blob));
        }
        images.add(blob);
        images.recipes().failed(blob.digest());
        return store.write(tx -> {
                    ImageTable.putBlob(tx, blob);
                    return Boolean.TRUE;
                })
                .mapEmpty();
    }

    private boolean isStillHere(Blob blob) {
        Digest digest = blob.digest();
        return images.blobs(blob.diff()).stream()
                .anyMatch(one -> one.kept() && one.digest().equals(digest));
    }
}
