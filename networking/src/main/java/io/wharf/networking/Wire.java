package io.wharf.networking;

import io.wharf.networking.address.Family;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is to be made in the kernel for an endpoint.
 *
 * @param bridge index of the link that the host's end is a port of
 * @param published whether ports of the host lead there: a container that calls its own must be answered through the very
 *     port of the bridge that it called from
 * @param routes families whose default route goes through it
 */
record Wire(Endpoint endpoint, int bridge, int mtu, boolean published, Set<Family> routes) {
    static List<Wire> all(Membership membership, Networks networks) {
        List<Wire> wires = new ArrayList<>();
        for (Endpoint endpoint : membership.endpoints()) {
            if (endpoint.isWired()) {
                wires.add(of(endpoint, membership, networks));
            }
        }
        return wires;
    }

    static Wire of(Endpoint endpoint, Membership membership, Networks networks) {
        Bridge bridge = networks.bridge(endpoint.networkId()).orElseThrow();
        Set<Family> routes = new HashSet<>();
        for (Family family : Family.values()) {
            if (membership.gateway(family).filter(endpoint::equals).isPresent()) {
                routes.add(family);
            }
        }
        return new Wire(
                endpoint,
                bridge.index(),
                bridge.network().mtu(),
                !membership.ports().isEmpty() && !routes.isEmpty(),
                Set.copyOf(routes));
    }
}
