package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.linux.Pools;
import io.wharf.networking.firewall.ForwardGuard;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves the host as it was found where no container is on a bridge any more; else leaves all standing, for containers
 * and their published ports go on without the engine.
 */
final class StopNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(StopNetworks.class);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Networks networks;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    private final PassOn passOn;

    StopNetworks(Networks networks, KernelLedger ledger, Kernel kernel, Pools pools, PassOn passOn) {
        this.networks = networks;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
        this.passOn = passOn;
    }

    Future<Void> run() {
        Future<Void> cleared = networks.isIdle() ? clear() : Future.succeededFuture();
        return cleared.eventually(() -> {
            networks.naming().stop();
            networks.ports().close();
            return pools.run(kernel::close);
        });
    }

    private Future<Void> clear() {
        return each(
                        ForwardGuard.KIND,
                        path -> Objects.requireNonNull(kernel.foreign()).withdraw(path))
                // While it is still dropped what is passed on no more in a moment.
                .compose(done -> passOn.end())
                .compose(done ->
                        each(StartNetworks.KIND_TABLE, name -> kernel.firewall().remove()))
                .compose(done -> ledger.ofKind(StartNetworks.KIND_LINK))
                .compose(this::bridges);
    }

    /** What a stop has no time for stays, with its record, and is found by the next start. */
    private Future<Void> bridges(List<KernelObject> recorded) {
        List<String> links = recorded.stream().map(KernelObject::key).toList();
        return bridges(links, System.nanoTime() + PATIENCE.toNanos()).recover(failure -> {
            LOG.warn("Bridges stay behind: {}", failure.getMessage());
            return Future.succeededFuture();
        });
    }

    private Future<Void> bridges(List<String> links, long deadline) {
        if (links.isEmpty() || System.nanoTime() > deadline) {
            return Future.succeededFuture();
        }
        int some = Math.min(BridgeLink.AT_A_TIME, links.size());
        List<String> first = links.subList(0, some);
        return pools.run(() -> new BridgeLink(kernel.netlink()).delete(first))
                .compose(gone -> ledger.strike(StartNetworks.KIND_LINK, first))
                .compose(struck -> bridges(links.subList(some, links.size()), deadline));
    }

    private Future<Void> each(String kind, java.util.function.Consumer<String> takeAway) {
        return ledger.ofKind(kind).compose(objects -> all(objects, takeAway));
    }

    private Future<Void> all(List<KernelObject> objects, java.util.function.Consumer<String> takeAway) {
        Future<Void> done = Future.succeededFuture();
        for (KernelObject object : objects) {
            done = done.compose(before -> pools.run(() -> takeAway.accept(object.key())))
                    .compose(gone -> ledger.strike(object.kind(), object.key()))
                    .recover(failure -> {
                        LOG.warn("{} {} stays behind: {}", object.kind(), object.key(), failure.getMessage());
                        return Future.succeededFuture();
                    });
        }
        return done;
    }
}
