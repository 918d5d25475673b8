package io.wharf.networking;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.Subnet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The names, links and subnets that networks have or are about to have, so that two which are made at a time do not get
 * the same. Confined to the verticle's context.
 */
final class Claims {
    private final Set<String> names = new HashSet<>();
    private final Map<String, AddressSpace> byId = new HashMap<>();
    private final NavigableMap<Subnet, String> subnets = new TreeMap<>();
    private final Map<String, Network> byLink = new HashMap<>();

    boolean hasName(String name) {
        return names.contains(name);
    }

    boolean hasLink(String name) {
        return byLink.containsKey(name);
    }

    /** Takes a name for a network that is being made. */
    void name(String name) {
        names.add(name);
    }

    /** The network that went by this name in the making is kept by now, or was given up. */
    void unname(String name) {
        names.remove(name);
    }

    /** Takes the subnets of a network, and the link of a bridge. */
    void take(Network network, AddressSpace space) {
        if (network.driver().kind() == Driver.Kind.BRIDGE) {
            String link = network.link();
            Network other = byLink.putIfAbsent(link, network);
            if (other != null && !other.id().equals(network.id())) {
                throw new WharfException(
                        ErrorKind.FORBIDDEN,
                        "cannot create network " + network.id() + " (" + link + "): conflicts with network "
                                + other.id() + " (" + link + "): networks have same bridge name");
            }
        }
        byId.put(network.id(), space);
        space.subnets().forEach(subnet -> subnets.put(subnet, "network " + network.name()));
    }

    /** The addresses of a network; empty where it gives none. */
    Optional<AddressSpace> space(String networkId) {
        return Optional.ofNullable(byId.get(networkId));
    }

    void release(Network network) {
        AddressSpace space = byId.remove(network.id());
        if (space != null) {
            space.subnets().forEach(subnets::remove);
            if (network.hasParent()) {
                // Such networks may share one.
                byId.values().stream()
                        .flatMap(other -> other.subnets().stream())
                        .forEach(subnet -> subnets.putIfAbsent(subnet, "another network"));
            }
        }
        if (network.driver().kind() == Driver.Kind.BRIDGE) {
            byLink.remove(network.link(), network);
        }
    }

    /** Every subnet, and whose it is, in words for an error. Not to be changed, nor kept. */
    NavigableMap<Subnet, String> subnets() {
        return subnets;
    }
}
