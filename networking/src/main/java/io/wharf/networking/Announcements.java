package io.wharf.networking;

import io.wharf.base.Store;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the events of endpoints to the journal.
 *
 * <p>They change no table, so nobody waits for their commit: the store commits in the order of asking, so a container's
 * own start, which is asked for after its join was answered, never becomes durable before its connect.
 */
final class Announcements {
    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

    private final Store store;
    private final Networks networks;

    Announcements(Store store, Networks networks) {
        this.store = store;
        this.networks = networks;
    }

    void connected(Membership membership) {
        announce("connect", membership);
    }

    void disconnected(Membership membership) {
        announce("disconnect", membership);
    }

    private void announce(String action, Membership membership) {
        for (Endpoint endpoint : membership.endpoints()) {
            Network network = networks.get(endpoint.networkId());
            Map<String, String> attributes = Map.of(
                    "container",
                    membership.containerId(),
                    "name",
                    network.name(),
                    "type",
                    network.driver().toString());
            store.write(tx -> tx.announce("network", action, network.id(), attributes))
                    .onFailure(e -> LOG.warn("Network event {} is lost: {}", action, e.getMessage()));
        }
    }
}
