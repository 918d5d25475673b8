package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a container one more network: one that runs has it when this is over, any other has it noted for its next start.
 */
final class ConnectNetwork {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectNetwork.class);

    private final Room room;

    ConnectNetwork(Room room) {
        this.room = room;
    }

    Future<Void> run(Container container, String network, EndpointConfig asked) {
        asked.links().forEach(ConnectNetwork::checkLink);
        return room.lanes().run(container.id(), () -> {
            refuseIfRemoved(container);
            JoinNetworks joined = container.definition().join(container.id(), container.name());
            Sandbox before = container.sandbox();
            return before == null
                    ? room.networks().checkConnect(joined, network, asked).compose(name -> note(container, name, asked))
                    : room.networks()
                            .connect(joined, network, asked)
                            .compose(after -> keep(container, before, after, joined, asked));
        });
    }

    /** A container's name, and behind a colon what it is called here. */
    private static void checkLink(String link) {
        if (link.isEmpty() || link.indexOf(':') != link.lastIndexOf(':')) {
            throw WharfException.invalid("bad format for links: " + link);
        }
    }

    static void refuseIfRemoved(Container container) {
        if (container.removing() || container.status() == Status.REMOVING || container.status() == Status.DEAD) {
            throw WharfException.internal("Container " + container.id()
                    + " is marked for removal and cannot be connected or disconnected to the network");
        }
    }

    /** As Docker: what is noted for this network already stays as it is. */
    private Future<Void> note(Container container, String network, EndpointConfig asked) {
        Definition definition = container.definition();
        return definition.endpoints().containsKey(network)
                ? Future.succeededFuture()
                : room.table().rewire(container, definition.connected(network, asked), null);
    }

    private Future<Void> keep(
            Container container, Sandbox before, Sandbox after, JoinNetworks joined, EndpointConfig asked) {
        String network = after.endpoints().keySet().stream()
                .filter(name -> !before.endpoints().containsKey(name))
                .findFirst()
                .orElseThrow();
        return room.table()
                .rewire(container, container.definition().connected(network, asked), after)
                .recover(failure -> room.networks()
                        .disconnect(joined, network)
                        .onFailure(second -> LOG.warn("{} stays in {}: {}", container.id(), network, second.toString()))
                        .transform(undone -> Future.failedFuture(failure)))
                .compose(kept -> new EndpointFiles(room).rewrite(container, before, after));
    }
}
