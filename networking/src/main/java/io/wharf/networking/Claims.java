package io.wharf.networking;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.Subnet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names, links and subnets that networks have or are about to have, so that two which are made at a time do not get
 * the same. Confined to the verticle's context.
 */
final class Claims {
    private final Set<String> names = new HashSet<>();
    private final Map<String, Claim> byId = new LinkedHashMap<>();
    private final Map<String, Network> byLink = new HashMap<>();

    private record Claim(String name, AddressSpace space) {}

    boolean hasName(String name) {
        return names.contains(name);
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
        byId.put(network.id(), new Claim(network.name(), space));
    }

    /** The addresses of a network; empty where it gives none. */
    Optional<AddressSpace> space(String networkId) {
        return Optional.ofNullable(byId.get(networkId)).map(Claim::space);
    }

    void release(Network network) {
        byId.remove(network.id());
        byLink.values().removeIf(other -> other.id().equals(network.id()));
    }

    /** Every subnet, and whose it is, in words for an error. */
    Map<Subnet, String> subnets() {
        Map<Subnet, String> subnets = new HashMap<>();
        for (Claim claim : byId.values()) {
            claim.space.subnets().forEach(subnet -> subnets.put(subnet, "network " + claim.name));
        }
        return subnets;
    }
}
