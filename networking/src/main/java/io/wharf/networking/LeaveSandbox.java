package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.linux.Pools;
import io.wharf.networking.firewall.PortRule;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a container's network away: ports and namespace now, links, address and record
 * when the kernel is done. */
final class LeaveSandbox {
    private static final Logger LOG = LoggerFactory.getLogger(LeaveSandbox.class);

    private final Networks networks;
    private final Departures departures;
    private final Kernel kernel;
    private final Pools pools;

    LeaveSandbox(Networks networks, Departures departures, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.departures = departures;
        this.kernel = kernel;
        this.pools = pools;
    }

    Future<Void> run(String containerId) {
        return networks.lanes()
                .run(
                        containerId,
                        () -> networks.member(containerId).map(this::takeAway).orElseGet(Future::succeededFuture));
    }

    /** Keeps what belongs to containers that run, and takes the rest away. */
    Future<Void> keepOnly(Set<String> kept) {
        List<Future<Void>> leaving =
                networks.members().stream()
                        .map(Membership::containerId)
                        .filter(id -> !kept.contains(id))
                        .toList()
                        .stream()
                        .map(id ->
                                run(id).onFailure(e -> LOG.warn("Network of {} stays behind: {}", id, e.getMessage())))
                        .toList();
        // What cannot be taken away now keeps its record, and stands in nobody's way.
        return Future.join(leaving).transform(result -> Future.succeededFuture());
    }

    private Future<Void> takeAway(Membership membership) {
        List<PortRule> rules = networks.rules(membership);
        Future<Void> unwired = membership.ownsNamespace()
                ? networks.naming()
                        .end(membership.containerId())
                        .compose(ended -> pools.runUrgently(() -> {
                            kernel.firewall().withdraw(rules);
                            kernel.wiring().release(membership);
                        }))
                : Future.succeededFuture();
        return unwired.compose(gone -> departures.record(membership)).compose(departing -> {
            networks.drop(membership);
            networks.ports().release(membership.ports());
            return departures.add(departing);
        });
    }
}
