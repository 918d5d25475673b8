package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkingConfig.EndpointAddresses;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.linux.MacAddress;
import io.wharf.linux.Sublink;
import io.wharf.networking.address.AddressPool;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.vlan.ParentOptions;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses what a container gets in one network: addresses, hardware address, names of links. */
final class PlanEndpoint {
    private static final String OPTION_NAME = "com.docker.network.endpoint.ifname";
    private static final int VETH_DIGITS = 10;
    /** IFNAMSIZ without its zero byte. */
    private static final int LONGEST_NAME = 15;

    private final Networks networks;
    private final String containerId;

    PlanEndpoint(Networks networks, String containerId) {
        this.networks = networks;
        this.containerId = containerId;
    }

    /**
     * Plans one; what it takes of the network's addresses is given back by {@code undo}.
     *
     * @param others endpoints that the container has
     */
    Endpoint plan(Attachments.InNetwork place, Collection<Endpoint> others, Undo undo) {
        Network network = place.network();
        if (networks.isGoing(network.id())) {
            throw WharfException.notFound("network " + network.name() + " not found");
        }
        return switch (network.driver().kind()) {
            case HOST, NONE -> Endpoint.bare(Ids.random(), network, place.asked());
            case BRIDGE -> bridged(place, others, undo);
            case MACVLAN, IPVLAN -> atParent(place, others, undo);
            case REMOTE -> remote(place, others, undo);
        };
    }

    /** What is chosen alike in every network: the name of the link inside, and the addresses. */
    private record Chosen(
            Attachments.InNetwork place,
            String inside,
            @Nullable MacAddress wanted,
            AddressSpace space,
            @Nullable InetAddress v4,
            @Nullable InetAddress v6) {
        @Nullable
        InetAddress first() {
            return v4 == null ? v6 : v4;
        }

        /** With the rest; the host has no end of the link where that is empty. */
        Endpoint endpoint(String id, String gateway, String gatewayV6, @Nullable MacAddress mac, String outside) {
            Network network = place.network();
            return new Endpoint(
                    id,
                    network.id(),
                    network.name(),
                    network.driver().toString(),
                    cidr(space, v4),
                    cidr(space, v6),
                    gateway,
                    gatewayV6,
                    mac == null ? "" : mac.toString(),
                    outside,
                    inside,
                    place.asked(),
                    false);
        }
    }

    private Chosen choose(
            Attachments.InNetwork place, AddressSpace space, String prefix, Collection<Endpoint> others, Undo undo) {
        Network network = place.network();
        EndpointConfig asked = place.asked();
        String inside = linkName(asked, prefix, others);
        MacAddress wanted = Attachments.hardwareAddress(asked.macAddress());
        EndpointAddresses fixed = asked.ipamConfig();
        InetAddress v4 = take(network, space, Family.V4, fixed == null ? "" : fixed.ipv4Address(), undo);
        InetAddress v6 = EndpointSysctls.disableIpv6(asked)
                ? null
                : take(network, space, Family.V6, fixed == null ? "" : fixed.ipv6Address(), undo);
        return new Chosen(place, inside, wanted, space, v4, v6);
    }

    private Endpoint bridged(Attachments.InNetwork place, Collection<Endpoint> others, Undo undo) {
        Network network = place.network();
        Bridge bridge = networks.bridge(network.id())
                .orElseThrow(() -> WharfException.internal("network " + network.name() + " has no bridge"));
        Chosen chosen =
                choose(place, bridge.addresses(), network.bridgeOptions().interfacePrefix(), others, undo);
        InetAddress first = chosen.first();
        MacAddress mac = chosen.wanted() != null || first == null ? chosen.wanted() : Bridge.macOf(first);
        String id = Ids.random();
        return chosen.endpoint(
                id,
                gateway(bridge, chosen.v4()),
                gateway(bridge, chosen.v6()),
                mac,
                "veth" + id.substring(0, VETH_DIGITS));
    }

    /** The host has no end of such a link, and its router is one out there, or the parent itself. */
    private Endpoint atParent(Attachments.InNetwork place, Collection<Endpoint> others, Undo undo) {
        Network network = place.network();
        ParentOptions parent = network.parentOptions();
        AddressSpace space = networks.claims().space(network.id()).orElseThrow();
        Chosen chosen = choose(place, space, "eth", others, undo);
        InetAddress first = chosen.first();
        // An ipvlan has its parent's hardware address, and so has what a parent passes all through to.
        boolean own = parent.kind() == Sublink.Kind.MACVLAN && !parent.passthru();
        MacAddress mac = chosen.wanted() != null || !own || first == null ? chosen.wanted() : Bridge.macOf(first);
        return chosen.endpoint(
                Ids.random(),
                router(network, parent, space, chosen.v4()),
                router(network, parent, space, chosen.v6()),
                mac,
                "");
    }

    /** Its link is a plugin's, and so is what it leads to: both are known when the plugin has made it. */
    private Endpoint remote(Attachments.InNetwork place, Collection<Endpoint> others, Undo undo) {
        AddressSpace space = networks.claims().space(place.network().id()).orElseThrow();
        Chosen chosen = choose(place, space, "eth", others, undo);
        return chosen.endpoint(Ids.random(), "", "", chosen.wanted(), "");
    }

    private static String router(Network network, ParentOptions parent, AddressSpace space, @Nullable InetAddress own) {
        if (own == null || network.internal() || parent.dummy()) {
            return "";
        }
        if (parent.routed()) {
            return Ip.text(Family.of(own) == Family.V4 ? Ip.ANY_V4 : Ip.ANY_V6);
        }
        return space.poolOf(own).flatMap(AddressPool::gateway).map(Ip::text).orElse("");
    }

    private @Nullable InetAddress take(Network network, AddressSpace space, Family family, String wanted, Undo undo) {
        if (!space.has(family)) {
            if (!wanted.isEmpty()) {
                throw WharfException.invalid(
                        "invalid endpoint settings:\nno configured subnet contains IP address " + wanted);
            }
            return null;
        }
        DepartingAddresses departing = networks.departing();
        InetAddress taken = wanted.isEmpty()
                ? departing.takeBack(containerId, network.id(), family).orElseGet(() -> space.take(family))
                : space.take(Ip.parse(wanted));
        undo.push("address " + Ip.text(taken), () -> {
            if (!departing.giveBack(network.id(), taken)) {
                space.release(taken);
            }
            return Future.succeededFuture();
        });
        return taken;
    }

    private static String cidr(AddressSpace space, @Nullable InetAddress address) {
        return address == null
                ? ""
                : space.poolOf(address).orElseThrow().subnet().cidr(address);
    }

    private static String gateway(Bridge bridge, @Nullable InetAddress own) {
        return own == null ? "" : bridge.wayOut(Family.of(own)).map(Ip::text).orElse("");
    }

    /** The name that was asked for, or the first free one with the network's prefix. */
    private static String linkName(EndpointConfig asked, String prefix, Collection<Endpoint> others) {
        Set<String> taken = others.stream().map(Endpoint::inside).collect(Collectors.toSet());
        String wanted = asked.driverOpts().getOrDefault(OPTION_NAME, "");
        if (!wanted.isEmpty()) {
            if (wanted.length() > LONGEST_NAME
                    || wanted.equals(".")
                    || wanted.equals("..")
                    || wanted.equals("lo")
                    || wanted.chars().anyMatch(c -> BridgeLink.isWrong(c) || c > '~')) {
                throw WharfException.invalid("invalid interface name: \"" + wanted + "\"");
            }
            if (taken.contains(wanted)) {
                throw WharfException.invalid("the container has an interface named " + wanted + " already");
            }
            return wanted;
        }
        int number = 0;
        while (taken.contains(prefix + number)) {
            number++;
        }
        return prefix + number;
    }
}
