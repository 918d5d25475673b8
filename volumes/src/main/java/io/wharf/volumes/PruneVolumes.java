package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.VolumeService.PrunedVolumes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Removes volumes that no container uses: anonymous ones, or with {@code all} named ones too. As with Docker those of other
 * drivers and those with options stay: what is in them lies elsewhere, or was given more thought.
 */
final class PruneVolumes {
    private static final Set<String> FILTERS = Set.of("all", "label", "label!");
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

    private final Volumes volumes;

    PruneVolumes(Volumes volumes) {
        this.volumes = volumes;
    }

    Future<PrunedVolumes> run(Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!FILTERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        boolean all = all(filters.get("all"));
        List<Volume> idle = volumes.all().stream()
                .filter(volume -> volume.users().isEmpty() && (all || volume.isAnonymous()))
                .filter(volume -> volume.driver().equals(Drivers.LOCAL)
                        && volume.options().isEmpty())
                .filter(volume -> Filters.labelled(filters.get("label"), volume.labels()))
                .filter(volume -> !filters.has("label!") || !Filters.labelled(filters.get("label!"), volume.labels()))
                .toList();
        return removeAll(idle, 0, new ArrayList<>(), 0);
    }

    private static boolean all(List<String> values) {
        if (values.size() > 1) {
            throw WharfException.invalid(
                    "invalid filter 'all=[" + String.join(" ", values) + "]': only one value is expected");
        }
        if (values.isEmpty() || FALSE.contains(values.getFirst())) {
            return false;
        }
        if (!TRUE.contains(values.getFirst())) {
            throw WharfException.invalid(
                    "invalid filter 'all': strconv.ParseBool: parsing \"" + values.getFirst() + "\": invalid syntax");
        }
        return true;
    }

    private Future<PrunedVolumes> removeAll(List<Volume> idle, int next, List<String> removed, long bytes) {
        if (next == idle.size()) {
            return volumes.store()
                    .write(tx -> tx.announce("volume", "prune", "", Map.of("reclaimed", Long.toString(bytes))))
                    .map(announced -> new PrunedVolumes(removed, bytes));
        }
        Volume volume = idle.get(next);
        // What cannot be measured, for it changes meanwhile, can still be removed.
        return volumes.drivers()
                .of(volume)
                .compose(driver -> volumes.pools().call(() -> driver.bytes(volume.name(), volume.options())))
                .otherwise(0L)
                .compose(size -> new RemoveVolume(volumes)
                        .run(volume.name(), false)
                        .map(done -> {
                            removed.add(volume.name());
                            return Math.max(0, size);
                        })
                        // Taken into use meanwhile: it stays.
                        .otherwise(0L))
                .compose(size -> removeAll(idle, next + 1, removed, bytes + size));
    }
}
