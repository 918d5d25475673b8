package io.wharf.networking;

import io.wharf.networking.address.Family;
import io.wharf.networking.firewall.GatewayMode;
import io.wharf.networking.firewall.PortRule;
import io.wharf.networking.ports.PublishedPort;
import io.wharf.networking.ports.Reach;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the published ports of a container lead. Of each family, that is the endpoint through which it reaches the
 * world.
 */
final class Publishing {
    private final Networks networks;

    Publishing(Networks networks) {
        this.networks = networks;
    }

    /** An endpoint that has a way out, and how. */
    private record Gate(InetAddress address, GatewayMode mode, boolean trusts) {}

    Reach reach(Membership membership) {
        Gate four = gate(membership, Family.V4).orElse(null);
        Gate six = gate(membership, Family.V6).orElse(null);
        return new Reach(address(four), address(six), isRouted(four), isRouted(six));
    }

    List<PortRule> rules(Membership membership) {
        if (membership.ports().isEmpty()) {
            return List.of();
        }
        Optional<Gate> four = gate(membership, Family.V4);
        Optional<Gate> six = gate(membership, Family.V6);
        List<PortRule> rules = new ArrayList<>();
        for (PublishedPort port : membership.ports()) {
            (port.isIpv6() ? six : four)
                    .ifPresent(gate -> rules.add(new PortRule(
                            port,
                            gate.address,
                            gate.mode.translates() && port.hostPort() != 0,
                            gate.trusts || isRouted(gate))));
        }
        return rules;
    }

    private Optional<Gate> gate(Membership membership, Family family) {
        return membership.gateway(family).flatMap(endpoint -> gate(endpoint, family));
    }

    private Optional<Gate> gate(Endpoint endpoint, Family family) {
        return endpoint.inet(family)
                .flatMap(address -> networks.bridge(endpoint.networkId())
                        .filter(bridge -> !bridge.network().internal())
                        .map(bridge -> bridge.network().bridgeOptions())
                        .map(options -> new Gate(
                                address,
                                options.mode(family),
                                networks.isOpenDirectly() || !options.trusted().isEmpty())));
    }

    private static @Nullable InetAddress address(@Nullable Gate gate) {
        return gate == null ? null : gate.address;
    }

    private static boolean isRouted(@Nullable Gate gate) {
        return gate != null && gate.mode == GatewayMode.ROUTED;
    }
}
