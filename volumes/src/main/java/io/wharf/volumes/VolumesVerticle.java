package io.wharf.volumes;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.KernelLedger;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeCopyService;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.Mounts;
import io.wharf.linux.Pools;
import io.wharf.streams.HandleTable;
import io.wharf.volumes.copies.CopyFolders;
import io.wharf.volumes.drivers.VolumeDriver;
import io.wharf.volumes.local.ClearUnmade;
import io.wharf.volumes.local.LocalDriver;
import io.wharf.volumes.plugins.PluginDrivers;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the volumes: start, state and the way to each verb. */
public final class VolumesVerticle extends VerticleBase implements VolumeService {
    private static final Logger LOG = LoggerFactory.getLogger(VolumesVerticle.class);

    private final Store store;
    private final Pools pools;
    private final KernelLedger ledger;
    private final HandleTable handles;
    private final List<String> pluginFolders;
    private final LocalDriver local;
    private @Nullable Volumes volumes;
    private @Nullable Copies copies;

    public VolumesVerticle(EngineOptions options, Store store, KernelLedger ledger, HandleTable handles, Pools pools) {
        this(
                store,
                ledger,
                handles,
                pools,
                options.pluginFolders(),
                new LocalDriver(options.layout().volumes(), ledger, pools, Mounts.real(), LocalDriver.DEADLINE));
    }

    VolumesVerticle(
            Store store,
            KernelLedger ledger,
            HandleTable handles,
            Pools pools,
            List<String> pluginFolders,
            LocalDriver local) {
        this.store = store;
        this.ledger = ledger;
        this.handles = handles;
        this.pools = pools;
        this.pluginFolders = pluginFolders;
        this.local = local;
    }

    public static Schema schema() {
        return VolumeTable.SCHEMA;
    }

    @Override
    public Future<?> start() {
        return VolumeTable.load(store)
                .compose(loaded -> local.recover(List.copyOf(loaded.keySet())).map(loaded))
                .compose(loaded -> {
                    Volumes all = new Volumes(
                            store,
                            pools,
                            new Drivers(local, new PluginDrivers(vertx, pools, pluginFolders, ledger)),
                            new CopyFolders(local.root()),
                            loaded);
                    loaded.values().stream()
                            .filter(volume -> volume.driver().equals(Drivers.LOCAL))
                            .forEach(volume -> volume.at(local.scope(), local.path(volume.name(), volume.options())));
                    Copies work = new Copies(all, handles);
                    volumes = all;
                    copies = work;
                    return new RecoverCopies(work).run().onSuccess(recovered -> serve(all, work));
                });
    }

    private void serve(Volumes all, Copies work) {
        Services.serve(vertx, VolumeService.class, this);
        Services.serve(vertx, VolumeCopyService.class, new ServeCopies(work));
        // Nobody waits for it: a folder that is left for a moment is in nobody's way.
        clearUnmade(all)
                .onFailure(
                        failure -> LOG.warn("folders of volumes that were never made could not be cleared", failure));
    }

    @Override
    public Future<?> stop() {
        if (volumes != null) {
            volumes.drivers().plugins().close();
        }
        if (copies != null) {
            copies.close();
        }
        return Future.succeededFuture();
    }

    /** Looks through the whole folder of volumes, each name in its lane. */
    private Future<Void> clearUnmade(Volumes all) {
        ClearUnmade unmade = local.unmade();
        return unmade.folders().compose(names -> {
            Future<Void> cleared = Future.succeededFuture();
            for (String name : names) {
                if (all.find(name) == null) {
                    cleared = cleared.compose(done -> all.lanes()
                            .run(name, () -> all.find(name) == null ? unmade.clear(name) : Future.succeededFuture()));
                }
            }
            return cleared;
        });
    }

    @Override
    public Future<VolumeDetail> create(CreateVolume request) {
        return new MakeVolume(volumes()).run(request);
    }

    @Override
    public Future<VolumeList> list(Filters filters) {
        return new ListVolumes(volumes(), filters).run();
    }

    @Override
    public Future<VolumeDetail> inspect(String name) {
        return new FindVolume(volumes()).inspect(name);
    }

    @Override
    public Future<List<String>> drivers() {
        return volumes()
                .drivers()
                .plugins()
                .all()
                .map(plugins -> Stream.concat(
                                Stream.of(Drivers.LOCAL), plugins.stream().map(VolumeDriver::name))
                        .toList());
    }

    @Override
    public Future<Void> remove(String name, boolean force) {
        return new RemoveVolume(volumes()).run(name, force);
    }

    @Override
    public Future<PrunedVolumes> prune(Filters filters) {
        return new PruneVolumes(volumes()).run(filters);
    }

    @Override
    public Future<List<VolumeDetail>> counted() {
        return Future.succeededFuture(new MeasureVolumes(volumes()).counted());
    }

    @Override
    public Future<List<VolumeDetail>> measured() {
        return new MeasureVolumes(volumes()).run();
    }

    @Override
    public Future<VolumeDetail> use(String name, String containerId) {
        return new UseVolume(volumes()).use(name, containerId);
    }

    @Override
    public Future<List<String>> release(String containerId) {
        return new UseVolume(volumes()).release(containerId);
    }

    @Override
    public Future<String> mount(String name, String containerId, @Nullable String copyFrom) {
        return new MountVolume(volumes()).mount(name, containerId, copyFrom);
    }

    @Override
    public Future<Void> unmount(String name, String containerId) {
        return new MountVolume(volumes()).unmount(name, containerId);
    }

    @Override
    public Future<Void> keepUsesOf(List<String> containerIds, Set<String> running) {
        return new UseVolume(volumes()).keepOnly(containerIds, running);
    }

    private Volumes volumes() {
        if (volumes == null) {
            throw new IllegalStateException("served before it was started");
        }
        return volumes;
    }
}
