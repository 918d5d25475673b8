package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.Ids;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.linux.Pools;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes a network that nobody is in: first it is forgotten, in one commit with its event, then its link goes. */
final class RemoveNetwork {
    private static final Logger LOG = LoggerFactory.getLogger(RemoveNetwork.class);

    private final Networks networks;
    private final Store store;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;

    RemoveNetwork(Networks networks, Store store, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.store = store;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    Future<Void> run(String ref) {
        String id = networks.get(ref).id();
        return networks.lanes().run(id, () -> {
            Network network = networks.get(id);
            refuse(network);
            return forget(List.of(network)).compose(gone -> clear(List.of(network)));
        });
    }

    /** Refuses what cannot be removed, in Docker's words. */
    private void refuse(Network network) {
        if (network.isPredefined()) {
            throw forbidden(network.name() + " is a pre-defined network and cannot be removed");
        }
        if (isConfigInUse(network)) {
            throw forbidden("configuration network \"" + network.name() + "\" is in use");
        }
        List<String> inside = networks.membersOf(network.id()).stream()
                .flatMap(member -> member.endpoints().stream()
                        .filter(endpoint -> endpoint.networkId().equals(network.id()))
                        .map(endpoint -> "name:\"" + member.name() + "\" id:\"" + Ids.shortOf(endpoint.id()) + "\""))
                .toList();
        if (!inside.isEmpty()) {
            throw forbidden("error while removing network: network " + network.name() + " has active endpoints ("
                    + String.join(", ", inside) + ")");
        }
    }

    /** Whether it could be removed now; config-only networks are not, unless they are named. */
    boolean isIdle(Network network) {
        return !network.isPredefined()
                && !network.configOnly()
                && !networks.isGoing(network.id())
                && networks.membersOf(network.id()).isEmpty();
    }

    private boolean isConfigInUse(Network network) {
        return network.configOnly()
                && networks.all().stream().anyMatch(other -> other.configFrom().equals(network.name()));
    }

    /** Takes networks out of the state, all in one commit. */
    Future<Void> forget(List<Network> gone) {
        networks.removing(gone, true);
        return store.write(tx -> {
                    for (Network network : gone) {
                        NetworkTable.delete(tx, network.id());
                        tx.announce("network", "destroy", network.id(), network.attributes());
                    }
                    return Boolean.TRUE;
                })
                .onSuccess(done -> gone.forEach(networks::forget))
                .onComplete(done -> networks.removing(gone, false))
                .mapEmpty();
    }

    /** Takes away what they had in the kernel. What cannot be keeps its record, and goes at the next start. */
    Future<Void> clear(List<Network> gone) {
        List<Future<List<KernelObject>>> recorded =
                gone.stream().map(network -> ledger.ofOwner(network.id())).toList();
        return Future.all(recorded)
                .compose(all -> {
                    List<String> keys = recorded.stream()
                            .flatMap(one -> one.result().stream())
                            .filter(object -> object.kind().equals(StartNetworks.KIND_BRIDGE))
                            .map(KernelObject::key)
                            .toList();
                    return pools.run(() -> {
                                gone.stream()
                                        .filter(network -> network.driver().kind() == Driver.Kind.BRIDGE)
                                        .forEach(network -> kernel.firewall().remove(network.link()));
                                new BridgeLink(kernel.netlink()).delete(keys);
                            })
                            .compose(cleared -> ledger.strike(StartNetworks.KIND_BRIDGE, keys));
                })
                .recover(failure -> {
                    LOG.warn("Links of {} stay behind: {}", names(gone), failure.getMessage());
                    return Future.succeededFuture();
                });
    }

    private static String names(List<Network> networks) {
        return networks.stream().map(Network::name).collect(Collectors.joining(", "));
    }

    private static WharfException forbidden(String message) {
        return new WharfException(ErrorKind.FORBIDDEN, message);
    }
}
