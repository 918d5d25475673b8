package io.wharf.volumes;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Layout;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.Pools;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the volumes: start, state and the way to each verb. */
public final class VolumesVerticle extends VerticleBase implements VolumeService {
    private static final Logger LOG = LoggerFactory.getLogger(VolumesVerticle.class);

    private final Layout layout;
    private final Store store;
    private final Pools pools;
    private @Nullable Volumes volumes;

    public VolumesVerticle(EngineOptions options, Store store, Pools pools) {
        this.layout = options.layout();
        this.store = store;
        this.pools = pools;
    }

    public static Schema schema() {
        return VolumeTable.SCHEMA;
    }

    @Override
    public Future<?> start() {
        return VolumeTable.load(store).onSuccess(loaded -> {
            volumes = new Volumes(layout, store, loaded);
            Services.serve(vertx, VolumeService.class, this);
            // Nobody waits for it: a folder that is left for a moment is in nobody's way.
            new ClearUnmade(volumes, pools)
                    .run()
                    .onFailure(failure ->
                            LOG.warn("folders of volumes that were never made could not be cleared", failure));
        });
    }

    @Override
    public Future<VolumeDetail> create(CreateVolume request) {
        return new CreateLocalVolume(volumes(), pools).run(request);
    }

    @Override
    public Future<List<VolumeDetail>> list(Filters filters) {
        return Future.succeededFuture(volumes().list(filters));
    }

    @Override
    public Future<VolumeDetail> inspect(String name) {
        return Future.succeededFuture(volumes().detail(volumes().get(name)));
    }

    @Override
    public Future<Void> remove(String name, boolean force) {
        return new RemoveVolume(volumes(), pools).run(name, force);
    }

    @Override
    public Future<PrunedVolumes> prune(Filters filters) {
        return new PruneVolumes(volumes(), pools).run(filters);
    }

    @Override
    public Future<List<VolumeDetail>> counted() {
        return Future.succeededFuture(new MeasureVolumes(volumes(), pools).counted());
    }

    @Override
    public Future<List<VolumeDetail>> measured() {
        return new MeasureVolumes(volumes(), pools).run();
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
        return new MountVolume(volumes(), pools).mount(name, containerId, copyFrom);
    }

    @Override
    public Future<Void> unmount(String name, String containerId) {
        return new MountVolume(volumes(), pools).unmount(name, containerId);
    }

    @Override
    public Future<Void> keepUsesOf(List<String> containerIds) {
        return new UseVolume(volumes()).keepOnly(containerIds);
    }

    private Volumes volumes() {
        if (volumes == null) {
            throw new IllegalStateException("served before it was started");
        }
        return volumes;
    }
}
