package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.NetworkDetail;
import io.wharf.contracts.NetworkService.Sandbox;

/** Takes a container out of a network, whether it runs or not. */
final class DisconnectNetwork {
    private final Room room;

    DisconnectNetwork(Room room) {
        this.room = room;
    }

    Future<Void> run(String network, String ref, boolean force) {
        var found = room.containers().find(ref);
        if (found.isEmpty()) {
            return force
                    ? room.networks().dropEndpoint(network, ref)
                    : Future.failedFuture(WharfException.notFound("No such container: " + ref));
        }
        Container container = found.get();
        return room.lanes().run(container.id(), () -> {
            ConnectNetwork.refuseIfRemoved(container);
            Sandbox before = container.sandbox();
            return before == null ? ofStopped(container, network) : ofRunning(container, before, network, force);
        });
    }

    /** First it is kept that it is out of the network: what a crash leaves of the endpoint is cleared as nobody's. */
    private Future<Void> ofRunning(Container container, Sandbox before, String network, boolean force) {
        Definition definition = container.definition();
        JoinNetworks joined = definition.join(container.id(), container.name());
        return name(network, force)
                .compose(name -> room.networks()
                        .planDisconnect(joined, name)
                        .compose(after -> room.table()
                                .rewire(container, definition.disconnected(name), after)
                                .compose(kept -> takeOut(container, definition, before, joined, name))
                                .compose(out -> new EndpointFiles(room).rewrite(container, before, after))));
    }

    private Future<Sandbox> takeOut(
            Container container, Definition definition, Sandbox before, JoinNetworks joined, String name) {
        return room.networks()
                .disconnect(joined, name)
                .recover(failure -> room.table()
                        .rewire(container, definition, before)
                        .transform(back -> Future.failedFuture(failure)));
    }

    private Future<Void> ofStopped(Container container, String network) {
        // What it is to join may be gone, or never have been there.
        return name(network, true).compose(name -> {
            Definition definition = container.definition();
            if (!definition.endpoints().containsKey(name)) {
                throw WharfException.internal(
                        "container " + container.id() + " is not connected to the network " + name);
            }
            return room.table().rewire(container, definition.disconnected(name), null);
        });
    }

    /** The network's own name; what was given where there is none and that does not matter. */
    private Future<String> name(String network, boolean orElseAsGiven) {
        return room.networks().inspect(network, false).map(NetworkDetail::name).recover(failure -> {
            boolean gone = failure instanceof WharfException refused && refused.kind() == ErrorKind.NOT_FOUND;
            return gone && orElseAsGiven ? Future.succeededFuture(network) : Future.failedFuture(failure);
        });
    }
}
