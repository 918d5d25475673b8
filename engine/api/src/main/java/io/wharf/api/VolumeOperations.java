package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.VolumeService;
import io.wharf.contracts.VolumeService.CreateVolume;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Volumes: create, list, inspect, remove, prune. */
final class VolumeOperations {
    private static final String NO_CLUSTER = "volume update only valid for cluster volumes, but swarm is unavailable";

    private final VolumeService volumes;

    VolumeOperations(VolumeService volumes) {
        this.volumes = volumes;
    }

    void register(Handlers handlers) {
        handlers.on("VolumeList", this::list)
                .on("VolumeInspect", call -> volumes.inspect(call.path("name")).map(one -> new Reply.Json(200, one)))
                .on("VolumeCreate", this::create)
                .on("VolumeUpdate", call -> Future.failedFuture(new WharfException(ErrorKind.UNAVAILABLE, NO_CLUSTER)))
                .on("VolumeDelete", this::remove)
                .on("VolumePrune", this::prune);
    }

    private Future<Reply> list(Call call) {
        return volumes.list(call.filters("dangling", "driver", "label", "name")).map(list -> new Reply.Json(200, list));
    }

    /** The body of a create; what belongs to volumes of a cluster is for a swarm. */
    private record Asked(
            String name,
            String driver,
            Map<String, String> driverOpts,
            Map<String, String> labels,
            @Nullable Object clusterVolumeSpec) {}

    private Future<Reply> create(Call call) {
        Asked asked = ReadBody.read(call, Asked.class);
        if (asked.clusterVolumeSpec() != null && call.version().atLeast(42)) {
            return Refusals.noSwarm();
        }
        return volumes.create(new CreateVolume(asked.name(), asked.driver(), asked.driverOpts(), asked.labels()))
                .map(volume -> new Reply.Json(201, volume));
    }

    private Future<Reply> remove(Call call) {
        return volumes.remove(call.path("name"), call.query().flag("force")).map(done -> Reply.Empty.NO_CONTENT);
    }

    private Future<Reply> prune(Call call) {
        Filters filters = call.filters("all", "label", "label!");
        if (!call.version().atLeast(42)) {
            // Before that version named volumes went too.
            Map<String, List<String>> all = new HashMap<>(filters.values());
            all.put("all", List.of("true"));
            filters = new Filters(all);
        }
        return volumes.prune(filters).map(pruned -> new Reply.Json(200, pruned));
    }
}
