package io.wharf.networking;

import io.wharf.networking.address.Family;
import io.wharf.networking.remote.RemoteEndpoint.StaticRoute;
import io.wharf.networking.vlan.ParentOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is to be made in the kernel for an endpoint.
 *
 * @param plug what it is at
 * @param published whether ports of the host lead there: a container that calls its own must be answered through the very
 *     port of the bridge that it called from
 * @param routes families whose default route goes through it
 */
record Wire(Endpoint endpoint, Plug plug, int mtu, boolean published, Set<Family> routes) {
    /** What a container's link is at. */
    sealed interface Plug {
        /**
         * A pair whose outer end is a port of the bridge with this index.
         *
         * @param isolated whether it is kept from the other containers on the bridge
         */
        record Port(int bridge, boolean isolated) implements Plug {}

        /** A link that a plugin has made on the host, with the routes that it wants in the container. */
        record Given(String source, List<StaticRoute> routes) implements Plug {}

        /** At a link of the host itself. */
        record Parent(ParentOptions options) implements Plug {}
    }

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
        Network network = networks.get(endpoint.networkId());
        Set<Family> routes = new HashSet<>();
        for (Family family : Family.values()) {
            if (membership.gateway(family).filter(endpoint::equals).isPresent()) {
                routes.add(family);
            }
        }
        return new Wire(
                endpoint,
                plug(endpoint, network, networks),
                network.driver().kind() == Driver.Kind.BRIDGE ? network.mtu() : BridgeOptions.mtu(network.options()),
                network.driver().kind() == Driver.Kind.BRIDGE
                        && !membership.ports().isEmpty()
                        && !routes.isEmpty(),
                Set.copyOf(routes));
    }

    private static Plug plug(Endpoint endpoint, Network network, Networks networks) {
        return switch (network.driver().kind()) {
            case REMOTE -> new Plug.Given(endpoint.source(), networks.remote().routes(endpoint.id()));
            case MACVLAN, IPVLAN -> new Plug.Parent(network.parentOptions());
            case BRIDGE ->
                new Plug.Port(
                        networks.bridge(network.id()).orElseThrow().index(),
                        !network.bridgeOptions().icc());
            case HOST, NONE -> throw new IllegalStateException("no link is made for " + network.name());
        };
    }
}
