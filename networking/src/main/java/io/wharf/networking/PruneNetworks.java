package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Removes all networks that nobody is in and that fit the filters, together: one commit, one change of rules. */
final class PruneNetworks {
    private static final Set<String> FILTERS = Set.of("label", "label!", "until");

    private final Networks networks;
    private final Store store;
    private final RemoveNetwork remove;

    PruneNetworks(Networks networks, Store store, RemoveNetwork remove) {
        this.networks = networks;
        this.store = store;
        this.remove = remove;
    }

    /** The names of what was removed. */
    Future<List<String>> run(Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!FILTERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        long until = until(filters.get("until"));
        List<Network> idle = networks.all().stream()
                .filter(remove::isIdle)
                .filter(network -> network.createdNanos() <= until)
                .filter(network -> Filters.labelled(filters.get("label"), network.labels()))
                .filter(network -> !filters.has("label!") || !Filters.labelled(filters.get("label!"), network.labels()))
                .toList();
        Future<Void> removed = idle.isEmpty() ? Future.succeededFuture() : remove.forget(idle);
        return removed.compose(gone -> store.write(tx -> tx.announce("network", "prune", "", Map.of("reclaimed", "0"))))
                .map(announced -> idle.stream().map(Network::name).toList());
    }

    private static long until(List<String> wanted) {
        if (wanted.size() > 1) {
            throw WharfException.invalid("more than one until filter specified");
        }
        return wanted.isEmpty() ? Long.MAX_VALUE : Times.pointInTime(wanted.getFirst(), Times.nowNanos());
    }
}
