package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.Ids;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import java.util.List;

/** Removes a network that nobody is in: first it is forgotten, in one commit with its event, then its link goes. */
final class RemoveNetwork {
    private final Networks networks;
    private final Store store;
    private final LeavingLinks leaving;

    RemoveNetwork(Networks networks, Store store, LeavingLinks leaving) {
        this.networks = networks;
        this.store = store;
        this.leaving = leaving;
    }

    Future<Void> run(String ref) {
        String id = networks.get(ref).id();
        return networks.lanes().run(id, () -> {
            Network network = networks.get(id);
            refuse(network);
            return forget(List.of(network));
        });
    }

    /** Refuses what cannot be removed, in Docker's words. */
    private void refuse(Network network) {
        if (network.isPredefined()) {
            throw forbidden(network.name() + " is a pre-defined network and cannot be removed");
        }
        if (networks.isGoing(network.id())) {
            throw WharfException.notFound("network " + network.name() + " not found");
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
        return atPlugins(gone)
                .compose(told -> store.write(tx -> {
                    for (Network network : gone) {
                        NetworkTable.delete(tx, network.id());
                        tx.announce("network", "destroy", network.id(), network.attributes());
                    }
                    return Boolean.TRUE;
                }))
                .onSuccess(done -> {
                    gone.forEach(networks::forget);
                    leaving.add(gone);
                })
                .onComplete(done -> networks.removing(gone, false))
                .mapEmpty();
    }

    private Future<?> atPlugins(List<Network> gone) {
        List<Network> remote = gone.stream()
                .filter(network -> network.driver().kind() == Driver.Kind.REMOTE)
                .toList();
        return remote.isEmpty()
                ? Future.succeededFuture()
                : Future.join(remote.stream()
                        .map(network ->
                                networks.remote().deleteNetwork(network.driver().word(), network.id()))
                        .toList());
    }

    private static WharfException forbidden(String message) {
        return new WharfException(ErrorKind.FORBIDDEN, message);
    }
}
