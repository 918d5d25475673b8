package io.wharf.images.layers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Layout;
import io.wharf.base.WharfException;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.drivers.LayerChain;
import io.wharf.images.drivers.LayerFolder;
import io.wharf.images.drivers.StorageDrivers;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The layers on disk: each is unpacked once, under its chain ID.
 *
 * <p>A layer moves into its place when it is unpacked, and counts when an image with it is committed; a folder without a
 * row is a leftover. Work that needs layers holds them, so that a removal leaves them alone; what is held by nobody and
 * was never committed goes. Confined to the verticle's context.
 */
public final class LayerStore {
    private static final Logger LOG = LoggerFactory.getLogger(LayerStore.class);

    /** In its place on disk, and not committed yet. */
    private record Fresh(Layer layer, @Nullable Blob blob) {}

    private final Layout layout;
    private final Pools pools;
    private final Images images;
    private final Map<Digest, Future<Layer>> coming = new HashMap<>();
    private final Map<Digest, Fresh> fresh = new HashMap<>();
    /** On their way out, from the moment in which that was planned: nobody gets hold of them any more. */
    private final Map<Digest, Future<Void>> going = new HashMap<>();

    private final BlobFiles blobs;
    private final Map<Digest, Integer> holds = new HashMap<>();
    private final DamagedLayers damaged;
    private Runnable changed = () -> {};
    /** Pieces of work under way. */
    private final AtomicInteger working = new AtomicInteger();

    private final StorageDrivers drivers;

    public LayerStore(Layout layout, Pools pools, Images images, StorageDrivers drivers) {
        this.drivers = drivers;
        this.layout = layout;
        this.pools = pools;
        this.images = images;
        this.damaged = new DamagedLayers(layout.layers(), pools);
        this.blobs = new BlobFiles(layout.blobs(), pools, images, this::isBrought);
    }

    /** What mounted layers are there for those who were mounted before: {@link DamagedLayers#users}. */
    public DamagedLayers damaged() {
        return damaged;
    }

    /** The next work that needs the layer brings it anew. */
    public Future<Void> markDamaged(Digest chain) {
        return damaged.mark(chain);
    }

    public Path folder(Digest chain) {
        return layout.layers().resolve(chain.hex());
    }

    Path diff(Digest chain) {
        return folder(chain).resolve(LayerFolder.DIFF);
    }

    /** Where layers lie, the topmost first. */
    public LayerChain chain(List<Digest> ids) {
        return new LayerChain(ids, ids.stream().map(this::diff).toList());
    }

    public Path blob(Digest digest) {
        return blobs.file(digest);
    }

    /** A name of its own where the next start removes what is left. */
    public Path temporary(String prefix) {
        return layout.ingest().resolve(prefix + Ids.random());
    }

    /** Makes the folders, and removes what an earlier engine left half made. */
    public Future<Void> start() {
        return Leftovers.remove(layout, pools, images, damaged);
    }

    /** Whether anybody works with layers; may be asked on any thread. */
    public boolean isBusy() {
        return working.get() > 0;
    }

    /** Has this called when layers were added. */
    public void whenAdded(Runnable listener) {
        changed = listener;
    }

    /** Everything that work under way needs. */
    public Set<Digest> held() {
        return Set.copyOf(holds.keySet());
    }

    public Hold hold() {
        working.incrementAndGet();
        return new Hold();
    }

    /** Does work with a hold of its own, which it lets go of however it ends. */
    public <T> Future<T> holding(Function<Hold, Future<T>> work) {
        Hold hold = hold();
        try {
            return work.apply(hold).onComplete(done -> hold.close());
        } catch (RuntimeException e) {
            hold.close();
            throw e;
        }
    }

    /** The layers that one piece of work needs until its image is committed. */
    public final class Hold {
        private final List<Digest> chains = new ArrayList<>();
        private boolean closed;

        /** The layer, or null where it is not here; held from now on if it is. */
        @Nullable
        public Layer have(@Nullable Digest parent, Digest diff) {
            Layer layer = known(Layer.chain(parent, diff));
            if (layer == null || (!fresh.containsKey(layer.chain()) && !damaged.isSound(layer.chain()))) {
                return null;
            }
            take(layer.chain());
            return layer;
        }

        /** All layers of an image that is here; lets go, and fails, where one is not or is being removed. */
        public void all(Image image) {
            for (Digest chain : image.layers()) {
                if (known(chain) == null) {
                    close();
                    throw WharfException.notFound("No such image: " + image.id() + ": its layer " + chain
                            + (going.containsKey(chain) ? " is being removed" : " is missing"));
                }
                take(chain);
            }
        }

        /** The layer, fetched where it is neither here nor on its way by another's work. */
        public Future<Layer> ensure(@Nullable Digest parent, Digest diff, Supplier<Future<NewLayer>> fetch) {
            Layer here = have(parent, diff);
            if (here != null) {
                return Future.succeededFuture(here);
            }
            Digest chain = Layer.chain(parent, diff);
            Future<Layer> other = coming.get(chain);
            if (other != null) {
                // The other's failure, or its client's hanging up, is not ours; what it brings must not go with it.
                take(chain);
                return other.transform(result -> ensure(parent, diff, fetch));
            }
            Future<Layer> mine = fetch.get().compose(unpacked -> {
                if (unpacked.diffId().equals(diff)) {
                    return place(parent, unpacked);
                }
                return UnpackLayer.discard(pools, unpacked)
                        .compose(gone -> Future.failedFuture(
                                WharfException.internal("layers from manifest don't match image configuration: wanted "
                                        + diff + ", got " + unpacked.diffId())));
            });
            return announced(chain, mine);
        }

        /** Takes a layer whose digest showed only when it was unpacked. */
        public Future<Layer> adopt(@Nullable Digest parent, NewLayer unpacked) {
            Layer here = have(parent, unpacked.diffId());
            if (here != null) {
                return UnpackLayer.discard(pools, unpacked).map(here);
            }
            Digest chain = Layer.chain(parent, unpacked.diffId());
            Future<Layer> other = coming.get(chain);
            return other == null
                    ? announced(chain, place(parent, unpacked))
                    : other.transform(result -> adopt(parent, unpacked));
        }

        private Future<Layer> announced(Digest chain, Future<Layer> mine) {
            if (!mine.isComplete()) {
                coming.put(chain, mine);
                mine.onComplete(done -> coming.remove(chain, mine));
            }
            return mine;
        }

        private Future<Layer> place(@Nullable Digest parent, NewLayer unpacked) {
            Digest chain = Layer.chain(parent, unpacked.diffId());
            Layer layer = new Layer(chain, parent, unpacked.diffId(), unpacked.contentBytes(), unpacked.tarBytes());
            take(chain);
            Digest packed = unpacked.blobDigest();
            Future<?> before = Future.join(going.getOrDefault(chain, Future.succeededFuture()), blobs.gone(packed));
            boolean used = damaged.isUsed(chain);
            blobs.coming(packed);
            return before.compose(gone ->
                            pools.call(() -> PlaceLayer.run(unpacked, folder(chain), blob(packed), damaged, used)))
                    .onComplete(done -> blobs.came(packed))
                    .onSuccess(moved -> damaged.mended(chain))
                    .compose(moved -> images.layer(chain) == null
                            ? Future.succeededFuture(moved)
                            : forgetOnTop(chain).map(moved))
                    .recover(failure ->
                            UnpackLayer.discard(pools, unpacked).transform(discarded -> Future.failedFuture(failure)))
                    .map(kept -> {
                        Blob blob = kept
                                ? new Blob(unpacked.blobDigest(), unpacked.diffId(), "", unpacked.blobBytes(), true)
                                : null;
                        if (blob != null) {
                            // Its bytes lie there again.
                            images.recipes().remove(blob.digest());
                        }
                        fresh.putIfAbsent(chain, new Fresh(layer, blob));
                        return layer;
                    });
        }

        /** The layers that are not committed yet, in the order in which they were taken. */
        List<Layer> uncommitted() {
            return chains.stream()
                    .map(fresh::get)
                    .filter(one -> one != null)
                    .map(Fresh::layer)
                    .toList();
        }

        /** Kept bytes of the layers that are not committed yet, without their media types. */
        public List<Blob> uncommittedBlobs() {
            List<Blob> brought = new ArrayList<>();
            for (Digest chain : chains) {
                Fresh one = fresh.get(chain);
                if (one != null && one.blob() != null) {
                    brought.add(one.blob());
                }
            }
            return brought;
        }

        private void take(Digest chain) {
            chains.add(chain);
            holds.merge(chain, 1, Integer::sum);
        }

        /** Lets go; uncommitted layers that nobody else holds are removed. */
        public void close() {
            if (!closed) {
                closed = true;
                working.decrementAndGet();
            }
            for (Digest chain : chains.reversed()) {
                if (holds.merge(chain, -1, Integer::sum) == 0) {
                    holds.remove(chain);
                    Fresh left = fresh.remove(chain);
                    if (left != null) {
                        Blob blob = left.blob();
                        if (images.layer(chain) == null) {
                            delete(left.layer());
                        }
                        if (blob != null) {
                            deleteBlobs(List.of(blob));
                        }
                    }
                }
            }
            chains.clear();
        }
    }

    /** Whether layers that are not committed yet have these bytes. */
    private boolean isBrought(Digest blob) {
        return fresh.values().stream()
                .anyMatch(one -> one.blob() != null && one.blob().digest().equals(blob));
    }

    /** The layers of one content, also those that are not committed yet. */
    public Set<Digest> chainsOf(Digest diff) {
        return Stream.concat(images.layers().stream(), fresh.values().stream().map(Fresh::layer))
                .filter(layer -> layer.diff().equals(diff))
                .map(Layer::chain)
                .collect(Collectors.toSet());
    }

    private @Nullable Layer known(Digest chain) {
        Layer layer = going.containsKey(chain) ? null : images.layer(chain);
        Fresh unpacked = layer == null ? fresh.get(chain) : null;
        return unpacked == null ? layer : unpacked.layer();
    }

    /** Called after the commit that names these layers. */
    void committed(List<Layer> layers) {
        layers.forEach(layer -> fresh.remove(layer.chain()));
        changed.run();
    }

    /** What the driver made of a layer that was damaged, and of those on top of it, is made anew out of what is there now. */
    private Future<Void> forgetOnTop(Digest chain) {
        List<Digest> all = images.layers().stream()
                .map(Layer::chain)
                .filter(one -> images.reachable(one).contains(chain))
                .toList();
        return drivers.forget(all, pools);
    }

    /** Makes everything unpacked so far durable, in one go. */
    Future<Void> sync() {
        if (fresh.isEmpty()) {
            return Future.succeededFuture();
        }
        return pools.run(() -> PlaceLayer.sync(layout.layers()));
    }

    /**
     * Removes what a commit under way lets go. Nobody gets hold of it from now on, and it is here as before should the
     * commit fail; the answer does not wait for the bytes. The memory is to be up to date when {@code committed} ends.
     */
    public <T> Future<T> remove(List<Layer> some, List<Blob> packed, Future<T> committed) {
        Future<Void> gone = committed.transform(result -> {
            if (result.failed()) {
                return Future.succeededFuture();
            }
            List<Future<Void>> all = new ArrayList<>();
            some.forEach(layer -> all.add(delete(layer)));
            all.add(deleteBlobs(packed));
            return Future.join(all).mapEmpty();
        });
        some.forEach(layer -> going.put(layer.chain(), gone));
        gone.onComplete(done -> some.forEach(layer -> going.remove(layer.chain(), gone)));
        blobs.going(packed.stream().map(Blob::digest).toList(), gone);
        return committed;
    }

    /** Whether a removal that is being committed takes layers of this image away. */
    public boolean isLeaving(Image image) {
        return image.layers().stream().anyMatch(going::containsKey);
    }

    /** When what is being removed in the background is gone. */
    public Future<Void> settled() {
        List<Future<Void>> all = new ArrayList<>(going.values());
        all.add(blobs.settled());
        return Future.join(all).otherwiseEmpty().mapEmpty();
    }

    /** Removes the bytes of blobs, but for those that are committed as stored or that work under way brings. */
    public Future<Void> deleteBlobs(List<Blob> some) {
        return blobs.delete(some);
    }

    /** Removes a layer that is no longer committed; a failure leaves it to the next start. */
    Future<Void> delete(Layer layer) {
        Path folder = folder(layer.chain());
        Future<Void> gone = pools.run(() -> RemoveTree.at(folder))
                .compose(done -> drivers.forget(List.of(layer.chain()), pools))
                .otherwise(failure -> {
                    LOG.warn("removing layer {}: {}", folder, failure.toString());
                    return null;
                });
        going.put(layer.chain(), gone);
        gone.onComplete(done -> going.remove(layer.chain(), gone));
        return gone;
    }
}
