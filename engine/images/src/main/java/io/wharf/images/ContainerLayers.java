package io.wharf.images;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.Lanes;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail.GraphDriver;
import io.wharf.contracts.ImageService.LayerFolders;
import io.wharf.contracts.ImageService.LayerSizes;
import io.wharf.contracts.ImageService.MountedRoot;
import io.wharf.images.catalog.ContainerLayer;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.drivers.LayerChain;
import io.wharf.images.drivers.StorageDriver;
import io.wharf.images.drivers.StorageDrivers;
import io.wharf.images.drivers.StorageOptions;
import io.wharf.images.layers.LayerStore;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The writable layers of containers and their mounted roots.
 *
 * <p>The row comes before the folder and goes before it: a row without a folder mends itself at the next mount, a folder
 * without a row is removed at the next start. A mount is in the ledger before it is made. There is one for a container's
 * run and for all who look at its files meanwhile: two overlays over one writable layer would not know of each other.
 */
final class ContainerLayers {
    static final String KIND = "rootfs";
    /** A root that is mounted for those alone who look at its files. */
    static final String HELD = "rootview";

    private final Layout layout;
    private final Store store;
    private final KernelLedger ledger;
    private final Pools pools;
    private final Images images;
    private final LayerStore layers;
    private final StorageDrivers drivers;
    private final Set<String> mounted = new HashSet<>();
    private final Map<String, Integer> holds = new HashMap<>();
    private final Lanes lanes = new Lanes("layer");

    ContainerLayers(
            Layout layout,
            Store store,
            KernelLedger ledger,
            Pools pools,
            Images images,
            LayerStore layers,
            StorageDrivers drivers) {
        this.layout = layout;
        this.store = store;
        this.ledger = ledger;
        this.pools = pools;
        this.images = images;
        this.layers = layers;
        this.drivers = drivers;
    }

    /** Learns which roots an earlier engine left mounted, and unmounts those that nobody looks at any more. */
    Future<Void> start() {
        return pools.call(drivers::mounted)
                .compose(found -> Future.all(ledger.ofKind(KIND), ledger.ofKind(HELD))
                        .compose(records -> {
                            mounted.addAll(found);
                            List<KernelObject> runs = records.resultAt(0);
                            List<KernelObject> held = records.resultAt(1);
                            Set<String> running = new HashSet<>();
                            runs.forEach(run -> running.add(run.key()));
                            List<Future<Void>> ends = new ArrayList<>();
                            held.forEach(view -> ends.add(
                                    running.contains(view.key())
                                            ? ledger.strike(HELD, view.key())
                                            : takeDown(view.key(), HELD)));
                            return Future.join(ends).mapEmpty();
                        }));
    }

    /** Whether the container's root is mounted for it: it runs, or is about to. */
    boolean isInUse(String container) {
        return mounted.contains(container);
    }

    /** Whether a mounted root has this layer. */
    boolean isMounted(Digest chain) {
        Set<String> all = new HashSet<>(mounted);
        all.addAll(holds.keySet());
        return all.stream()
                .flatMap(container -> images.container(container).stream())
                .anyMatch(layer -> images.reachable(layer.top()).contains(chain));
    }

    Future<Void> create(String container, Digest imageId, Map<String, String> storageOptions) {
        StorageDriver driver = drivers.current();
        if (!storageOptions.isEmpty()) {
            driver.requireLimits();
        }
        Long own = StorageOptions.ofContainer(storageOptions);
        if (own != null) {
            driver.checkLimit(own);
        }
        Long limit = own == null ? driver.usualLimit() : own;
        Image image = images.image(imageId).orElseThrow(() -> WharfException.notFound("No such image: " + imageId));
        if (layers.isLeaving(image)) {
            throw WharfException.notFound("No such image: " + imageId);
        }
        if (images.container(container).isPresent()) {
            throw WharfException.conflict("container " + container + " has a layer already");
        }
        ContainerLayer layer = new ContainerLayer(container, imageId, image.top());
        LayerChain chain = chain(layer);
        // A user from this moment on: a removal of the image that comes now sees it.
        images.add(layer);
        return store.write(tx -> {
                    ImageTable.putContainer(tx, layer);
                    return Boolean.TRUE;
                })
                .compose(
                        written -> drivers.withShared(chain, pools, () -> driver.make(container, chain, limit))
                                .recover(failure -> forget(container).transform(gone -> Future.failedFuture(failure))),
                        failure -> {
                            images.removeContainer(container);
                            return Future.failedFuture(failure);
                        });
    }

    Future<MountedRoot> mount(String container) {
        return lanes.run(container, () -> {
            LayerChain chain = chain(layer(container));
            return putUp(container, KIND, chain).map(root -> {
                mounted.add(container);
                return new MountedRoot(root, drivers.current().describe(container, chain));
            });
        });
    }

    /** The run is over; who still looks at the files keeps the mount. */
    Future<Void> unmount(String container) {
        return lanes.run(container, () -> {
            if (!holds.containsKey(container)) {
                return takeDown(container, KIND);
            }
            return ledger.record(new KernelObject(HELD, container, container, ""))
                    .compose(recorded -> ledger.strike(KIND, container))
                    .onSuccess(done -> mounted.remove(container));
        });
    }

    Future<String> hold(String container) {
        return lanes.run(container, () -> {
            LayerChain chain = chain(layer(container));
            // Counted first: whoever unmounts comes later in the lane.
            holds.merge(container, 1, Integer::sum);
            Future<String> root = mounted.contains(container)
                    ? Future.succeededFuture(layout.rootfs(container).toString())
                    : putUp(container, HELD, chain);
            return root.onFailure(failure -> letGo(container));
        });
    }

    Future<Void> release(String container) {
        return lanes.run(container, () -> {
            letGo(container);
            if (holds.containsKey(container)) {
                return Future.succeededFuture();
            }
            return mounted.contains(container) ? ledger.strike(HELD, container) : takeDown(container, HELD);
        });
    }

    private void letGo(String container) {
        holds.computeIfPresent(container, (id, count) -> count == 1 ? null : count - 1);
    }

    LayerFolders folders(String container) {
        StorageDriver driver = drivers.current();
        return new LayerFolders(
                driver.upper(container).toString(),
                chain(layer(container)).onBase(layout.containerBase()),
                driver.isWhole());
    }

    private Future<String> putUp(String container, String kind, LayerChain chain) {
        String root = layout.rootfs(container).toString();
        return ledger.record(new KernelObject(kind, container, container, root))
                .compose(recorded -> drivers.withShared(chain, pools, () -> {
                    chain.requireThere();
                    drivers.current().mount(container, chain);
                }))
                .map(root);
    }

    private Future<Void> takeDown(String container, String kind) {
        return pools.runUrgently(() -> drivers.current().unmount(container))
                .compose(done -> ledger.strike(kind, container))
                .onSuccess(done -> {
                    mounted.remove(container);
                    layers.damaged().clear();
                });
    }

    /** Whoever still looks at the files has been told to end and has had his time. */
    Future<Void> remove(String container) {
        return lanes.run(
                container,
                () -> takeDown(container, KIND)
                        .compose(done -> holds.containsKey(container)
                                ? ledger.strike(HELD, container)
                                : Future.<Void>succeededFuture())
                        .compose(done -> forget(container))
                        .compose(done -> pools.run(() -> drivers.current().remove(container))));
    }

    private Future<Void> forget(String container) {
        Optional<ContainerLayer> known = images.container(container);
        if (known.isEmpty()) {
            return Future.succeededFuture();
        }
        return store.write(tx -> {
                    ImageTable.deleteContainer(tx, container);
                    return Boolean.TRUE;
                })
                .onSuccess(done -> images.removeContainer(container))
                .mapEmpty();
    }

    Future<LayerSizes> sizes(String container) {
        ContainerLayer layer = layer(container);
        long below = images.downFrom(layer.top()).stream()
                .mapToLong(chain -> images.mustLayer(chain).size())
                .sum();
        LayerChain chain = chain(layer);
        return pools.call(() -> drivers.current().size(container, chain)).map(own -> new LayerSizes(own, below + own));
    }

    /** Removes what belongs to containers that are not named: rows, mounts and folders. */
    Future<Void> keepOnly(List<String> containers) {
        Set<String> kept = new HashSet<>(containers);
        return ledger.ofKind(KIND)
                .compose(recorded -> pools.call(this::folders).compose(folders -> {
                    Set<String> orphans = new HashSet<>(folders);
                    recorded.forEach(object -> orphans.add(object.key()));
                    orphans.addAll(mounted);
                    images.containers().forEach(layer -> orphans.add(layer.container()));
                    orphans.removeAll(kept);
                    List<Future<Void>> removals = new ArrayList<>();
                    orphans.forEach(orphan -> removals.add(remove(orphan)));
                    return Future.join(removals).mapEmpty();
                }));
    }

    private List<String> folders() throws IOException {
        Path parent = layout.writableLayers();
        if (!Files.exists(parent)) {
            return List.of();
        }
        try (var entries = Files.list(parent)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    ContainerLayer layer(String container) {
        return images.container(container)
                .orElseThrow(() -> WharfException.notFound("No such container: " + container));
    }

    /** How a container's root is put together. */
    GraphDriver describe(String container) {
        return drivers.current().describe(container, chain(layer(container)));
    }

    private LayerChain chain(ContainerLayer layer) {
        return layers.chain(images.downFrom(layer.top()));
    }
}
