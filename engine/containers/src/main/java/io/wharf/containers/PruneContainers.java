package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.Pruned;
import io.wharf.contracts.ContainerService.RemoveOptions;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService.LayerSizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes all containers that do not run and fit the filters, one after another; their volumes stay. */
final class PruneContainers {
    private static final Logger LOG = LoggerFactory.getLogger(PruneContainers.class);
    private static final Set<String> FILTERS = Set.of("label", "label!", "until");
    private static final RemoveOptions PLAINLY = new RemoveOptions(false, false, false);

    private final Room room;
    private final RemoveContainer remove;

    PruneContainers(Room room, RemoveContainer remove) {
        this.room = room;
        this.remove = remove;
    }

    Future<Pruned> run(Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!FILTERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        long until = until(filters.get("until"));
        List<Container> idle = room.containers().all().stream()
                .filter(container -> !container.status().countsAsRunning() && !container.starting())
                .filter(container -> container.definition().createdNanos() <= until)
                .filter(container -> Filters.labelled(
                        filters.get("label"), container.config().labels()))
                .filter(container -> !filters.has("label!")
                        || !Filters.labelled(
                                filters.get("label!"), container.config().labels()))
                .toList();
        return removeAll(idle, 0, new ArrayList<>(), 0);
    }

    private static long until(List<String> wanted) {
        if (wanted.size() > 1) {
            throw WharfException.invalid("more than one until filter specified");
        }
        return wanted.isEmpty() ? Long.MAX_VALUE : Times.pointInTime(wanted.getFirst(), Times.nowNanos());
    }

    private Future<Pruned> removeAll(List<Container> idle, int next, List<String> removed, long bytes) {
        if (next == idle.size()) {
            return room.table().announcePrune(bytes).map(done -> new Pruned(removed.isEmpty() ? null : removed, bytes));
        }
        Container container = idle.get(next);
        return room.images()
                .layerSizes(container.id())
                .map(LayerSizes::writable)
                // What cannot be measured can still be removed.
                .otherwise(0L)
                .compose(size -> remove(container).map(gone -> gone ? size : -1L))
                .compose(size -> {
                    if (size >= 0) {
                        removed.add(container.id());
                    }
                    return removeAll(idle, next + 1, removed, bytes + Math.max(0, size));
                });
    }

    /** False where it has been started or removed meanwhile, or cannot be: the others are still pruned. */
    private Future<Boolean> remove(Container container) {
        Future<Void> gone;
        try {
            gone = remove.run(container.id(), PLAINLY);
        } catch (WharfException e) {
            gone = Future.failedFuture(e);
        }
        return gone.map(true).otherwise(failure -> {
            LOG.warn("cannot prune container {}: {}", container.id(), failure.getMessage());
            return false;
        });
    }
}
