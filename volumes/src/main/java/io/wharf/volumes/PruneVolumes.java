package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.VolumeService.PrunedVolumes;
import io.wharf.linux.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Removes volumes that no container uses: anonymous ones, or with {@code all} named ones too. */
final class PruneVolumes {
    private static final Set<String> FILTERS = Set.of("all", "label", "label!");

    private final Volumes volumes;
    private final Pools pools;

    PruneVolumes(Volumes volumes, Pools pools) {
        this.volumes = volumes;
        this.pools = pools;
    }

    Future<PrunedVolumes> run(Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!FILTERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        boolean all = filters.has("all") && filters.any("all", value -> value.equals("true") || value.equals("1"));
        List<Volume> idle = volumes.all().stream()
                .filter(volume -> volume.users().isEmpty() && (all || volume.isAnonymous()))
                .filter(volume -> Filters.labelled(filters.get("label"), volume.labels()))
                .filter(volume -> !filters.has("label!") || !Filters.labelled(filters.get("label!"), volume.labels()))
                .toList();
        return removeAll(idle, 0, new ArrayList<>(), 0);
    }

    private Future<PrunedVolumes> removeAll(List<Volume> idle, int next, List<String> removed, long bytes) {
        if (next == idle.size()) {
            return volumes.store()
                    .write(tx -> tx.announce("volume", "prune", "", Map.of("reclaimed", Long.toString(bytes))))
                    .map(announced -> new PrunedVolumes(removed, bytes));
        }
        String name = idle.get(next).name();
        // What cannot be measured, for it changes meanwhile, can still be removed.
        return pools.call(() -> MeasureVolumes.size(volumes.folder(name)))
                .otherwise(0L)
                .compose(size -> new RemoveVolume(volumes, pools)
                        .run(name, false)
                        .map(done -> {
                            removed.add(name);
                            return size;
                        })
                        // Taken into use meanwhile: it stays.
                        .otherwise(0L))
                .compose(size -> removeAll(idle, next + 1, removed, bytes + size));
    }
}
