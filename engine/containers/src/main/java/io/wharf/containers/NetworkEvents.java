package io.wharf.containers;

import io.wharf.base.Tx;
import io.wharf.contracts.ContainerDetail.EndpointSettings;
import io.wharf.contracts.NetworkService.Sandbox;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The events of what a container's networks have become, for the very commit that keeps it: whoever reads the journal
 * finds each endpoint come and go once, whatever the engine died of in between.
 */
final class NetworkEvents {
    private final String containerId;
    private final @Nullable Sandbox before;
    private final @Nullable Sandbox after;

    NetworkEvents(String containerId, @Nullable Sandbox before, @Nullable Sandbox after) {
        this.containerId = containerId;
        this.before = before;
        this.after = after;
    }

    /** Announces the endpoints that there were not before. */
    void connected(Tx tx) {
        announce(tx, "connect", after, before);
    }

    /** Announces those that there are not any more. */
    void disconnected(Tx tx) {
        announce(tx, "disconnect", before, after);
    }

    private void announce(Tx tx, String action, @Nullable Sandbox of, @Nullable Sandbox butNotOf) {
        if (of == null) {
            return;
        }
        Set<String> others = butNotOf == null
                ? Set.of()
                : butNotOf.endpoints().values().stream()
                        .map(EndpointSettings::endpointId)
                        .collect(Collectors.toSet());
        of.endpoints().forEach((network, endpoint) -> {
            if (!others.contains(endpoint.endpointId())) {
                tx.announce(
                        "network",
                        action,
                        endpoint.networkId(),
                        Map.of(
                                "container",
                                containerId,
                                "name",
                                network,
                                "type",
                                of.drivers().getOrDefault(network, network)));
            }
        });
    }
}
