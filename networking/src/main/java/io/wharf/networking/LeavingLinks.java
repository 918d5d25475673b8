package io.wharf.networking;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.FailurePoint;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.linux.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of networks that were removed, bridges nearly all, until the kernel has taken them away.
 *
 * <p>That takes it 40 ms and more, nearly all of it waiting, and half as long for each where several go together. So nobody
 * waits here for their network to go. Few go at a time, for the kernel changes no other link meanwhile. Links and subnets stay claimed until then, and the
 * record stays in the ledger. Confined to the verticle's context.
 */
final class LeavingLinks {
    private static final Logger LOG = LoggerFactory.getLogger(LeavingLinks.class);

    private final Networks networks;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    private final List<Network> next = new ArrayList<>();
    private final List<String> orphans = new ArrayList<>();
    private @Nullable Promise<Void> settled;
    private boolean stopping;

    LeavingLinks(Networks networks, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    /** Takes over networks that are forgotten already. */
    void add(List<Network> gone) {
        next.addAll(gone);
        begin();
    }

    /** Takes over links whose networks an earlier run of the engine has removed, or never finished. */
    void addOrphans(List<String> links) {
        orphans.addAll(links);
        begin();
    }

    private void begin() {
        if (settled == null) {
            settled = Promise.promise();
            goOn();
        }
    }

    /** Ends with what is going just now; the rest keeps its records, and goes another time. */
    Future<Void> stop() {
        stopping = true;
        return settled();
    }

    /** When all that were added so far, and those added meanwhile, are gone; at once where there are none. */
    Future<Void> settled() {
        return settled == null ? Future.succeededFuture() : settled.future();
    }

    private void goOn() {
        if (stopping || (next.isEmpty() && orphans.isEmpty())) {
            Promise<Void> done = settled;
            settled = null;
            if (done != null) {
                done.complete();
            }
            return;
        }
        if (next.isEmpty()) {
            goOnWithOrphans();
            return;
        }
        List<Network> first = next.subList(0, Math.min(BridgeLink.AT_A_TIME, next.size()));
        List<Network> batch = List.copyOf(first);
        first.clear();
        clear(batch)
                .onFailure(e -> LOG.warn("Links of {} stay behind: {}", names(batch), e.getMessage()))
                .onComplete(cleared -> {
                    batch.forEach(networks.claims()::release);
                    goOn();
                });
    }

    private void goOnWithOrphans() {
        List<String> first = orphans.subList(0, Math.min(BridgeLink.AT_A_TIME, orphans.size()));
        List<String> batch = List.copyOf(first);
        first.clear();
        pools.run(() -> new BridgeLink(kernel.netlink()).delete(batch))
                .compose(gone -> ledger.strike(StartNetworks.KIND_LINK, batch))
                .onFailure(e -> LOG.warn("Links {} stay behind: {}", batch, e.getMessage()))
                .onComplete(done -> goOn());
    }

    /** What cannot be taken away keeps its record, and goes at the next start. */
    private Future<Void> clear(List<Network> batch) {
        List<Future<List<KernelObject>>> recorded =
                batch.stream().map(network -> ledger.ofOwner(network.id())).toList();
        return Future.all(recorded).compose(all -> {
            List<KernelObject> inherited = new ArrayList<>();
            List<String> links = new ArrayList<>();
            recorded.stream()
                    .flatMap(one -> one.result().stream())
                    .filter(object -> object.kind().equals(StartNetworks.KIND_LINK))
                    .forEach(object -> heir(object.key())
                            .ifPresentOrElse(
                                    heir -> inherited.add(new KernelObject(object.kind(), object.key(), heir.id(), "")),
                                    () -> links.add(object.key())));
            return pools.run(() -> {
                        kernel.firewall()
                                .remove(batch.stream()
                                        .filter(network -> network.driver().kind() == Driver.Kind.BRIDGE)
                                        .map(Network::link)
                                        .toList());
                        FailurePoint.died("network leaves");
                        new BridgeLink(kernel.netlink()).delete(links);
                        FailurePoint.died("network left");
                    })
                    .compose(cleared -> ledger.strike(StartNetworks.KIND_LINK, links))
                    .compose(struck -> inherited.isEmpty() ? Future.succeededFuture() : ledger.record(inherited));
        });
    }

    /** Another network on the same VLAN, which the link is to stay for. */
    private Optional<Network> heir(String link) {
        return networks.all().stream()
                .filter(Network::hasParent)
                .filter(network -> network.parentOptions().parent().equals(link))
                .findFirst();
    }

    private static String names(List<Network> networks) {
        return networks.stream().map(Network::name).collect(Collectors.joining(", "));
    }
}
