package io.wharf.networking;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.linux.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bridges of networks that were removed, until the kernel has taken them away.
 *
 * <p>That takes it 40 ms and more, nearly all of it waiting, and no longer for many at once than for one. So nobody waits
 * here for their network to go, and what came meanwhile goes together. Links and subnets stay claimed until then, and the
 * record stays in the ledger. Confined to the verticle's context.
 */
final class LeavingBridges {
    private static final Logger LOG = LoggerFactory.getLogger(LeavingBridges.class);

    private final Networks networks;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    private final List<Network> next = new ArrayList<>();
    private @Nullable Promise<Void> settled;

    LeavingBridges(Networks networks, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    /** Takes over networks that are forgotten already. */
    void add(List<Network> gone) {
        next.addAll(gone);
        if (settled == null) {
            settled = Promise.promise();
            goOn();
        }
    }

    /** When all that were added so far, and those added meanwhile, are gone; at once where there are none. */
    Future<Void> settled() {
        return settled == null ? Future.succeededFuture() : settled.future();
    }

    private void goOn() {
        if (next.isEmpty()) {
            Promise<Void> done = settled;
            settled = null;
            if (done != null) {
                done.complete();
            }
            return;
        }
        List<Network> batch = List.copyOf(next);
        next.clear();
        clear(batch)
                .onFailure(e -> LOG.warn("Links of {} stay behind: {}", names(batch), e.getMessage()))
                .onComplete(cleared -> {
                    batch.forEach(networks.claims()::release);
                    goOn();
                });
    }

    /** What cannot be taken away keeps its record, and goes at the next start. */
    private Future<Void> clear(List<Network> batch) {
        List<Future<List<KernelObject>>> recorded =
                batch.stream().map(network -> ledger.ofOwner(network.id())).toList();
        return Future.all(recorded).compose(all -> {
            List<String> links = recorded.stream()
                    .flatMap(one -> one.result().stream())
                    .filter(object -> object.kind().equals(StartNetworks.KIND_BRIDGE))
                    .map(KernelObject::key)
                    .toList();
            return pools.run(() -> {
                        batch.forEach(network -> kernel.firewall().remove(network.link()));
                        new BridgeLink(kernel.netlink()).delete(links);
                    })
                    .compose(cleared -> ledger.strike(StartNetworks.KIND_BRIDGE, links));
        });
    }

    private static String names(List<Network> networks) {
        return networks.stream().map(Network::name).collect(Collectors.joining(", "));
    }
}
