package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.networking.address.Family;
import io.wharf.networking.ports.PublishedPort;
import io.wharf.networking.ports.WantedPort;
import java.net.InetAddress;
import java.util.List;

/**
 * The published ports of a container as its networks come and go: taken with the first that leads out, given back with the
 * last, and kept, whatever moves, in between.
 */
final class EndpointPorts {
    private final Networks networks;

    EndpointPorts(Networks networks) {
        this.networks = networks;
    }

    /** The membership with the ports that it asks for, where it leads out and has none yet. */
    Membership taken(Membership membership, JoinNetworks request, Undo undo) {
        if (!membership.publishes()
                || !membership.exposed().isEmpty()
                || !membership.ports().isEmpty()) {
            return membership;
        }
        List<WantedPort> wanted = wanted(membership, request);
        List<PublishedPort> ports = take(membership, wanted);
        undo.push("ports", () -> {
            networks.ports().release(ports);
            return Future.succeededFuture();
        });
        return membership.publishing(ports, Attachments.shownPorts(request));
    }

    /** The membership without its ports, where none can lead to it any more. They are still to be released. */
    static Membership kept(Membership membership) {
        return membership.publishes() ? membership : membership.publishing(List.of(), List.of());
    }

    /** Ports that name no address of the host are published where the network says that leads out. */
    List<WantedPort> wanted(Membership membership, JoinNetworks request) {
        InetAddress binding = membership
                .gateway(Family.V4)
                .or(() -> membership.gateway(Family.V6))
                .flatMap(endpoint -> networks.bridge(endpoint.networkId()))
                .map(bridge -> bridge.network().bridgeOptions().hostBinding())
                .orElse(null);
        return WantedPort.parse(request.exposedPorts(), request.portBindings(), request.publishAll(), binding);
    }

    /** All or none; a refusal names the port. */
    List<PublishedPort> take(Membership membership, List<WantedPort> wanted) {
        try {
            return networks.ports().take(wanted, networks.reach(membership));
        } catch (WharfException e) {
            String endpoint = membership
                    .gateway(Family.V4)
                    .or(() -> membership.gateway(Family.V6))
                    .map(Endpoint::id)
                    .orElse("");
            throw new WharfException(
                    e.kind(),
                    "driver failed programming external connectivity on endpoint " + membership.name() + " (" + endpoint
                            + "): " + e.getMessage(),
                    e);
        }
    }
}
