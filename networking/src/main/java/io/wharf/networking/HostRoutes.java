package io.wharf.networking;

import io.wharf.linux.LinkAddress;
import io.wharf.linux.Netlink;
import io.wharf.linux.Route;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where the host's own packets go: what a subnet of the engine's choice must keep away from. */
record HostRoutes(List<Leads> all) {
    /**
     * Addresses that the host has a way to.
     *
     * @param link by which it goes there; 0 where that is open
     * @param router that they are behind, or null
     * @param own the host's own address among them, where that is how they are known
     */
    record Leads(
            Subnet subnet,
            int link,
            @Nullable InetAddress router,
            @Nullable InetAddress own) {
        /** In words for an error. */
        String what() {
            if (own != null) {
                return "the host's address " + Ip.text(own);
            }
            return "the host's route to " + subnet + (router == null ? "" : " by " + Ip.text(router));
        }

        /** Whether the addresses are at that link itself. */
        boolean isDirect() {
            return router == null;
        }
    }

    HostRoutes {
        all = List.copyOf(all);
    }

    /** Asks the kernel, in one or two dumps. Blocking. */
    static HostRoutes read(Netlink netlink) {
        List<Leads> all = new ArrayList<>();
        for (Route route : netlink.routes()) {
            InetAddress destination = route.destination();
            if (route.isDefault() || destination == null) {
                continue;
            }
            all.add(new Leads(Subnet.around(destination, route.prefix()), route.link(), route.gateway(), null));
        }
        return new HostRoutes(all);
    }

    /** As {@link #read}, and with addresses whose links are down and have no routes. */
    static HostRoutes readWithAddresses(Netlink netlink) {
        List<Leads> all = new ArrayList<>();
        for (LinkAddress address : netlink.addresses()) {
            all.add(new Leads(
                    Subnet.around(address.address(), address.prefix()), address.link(), null, address.address()));
        }
        all.addAll(read(netlink).all);
        return new HostRoutes(all);
    }

    /** Without what is at links of the engine's own. */
    HostRoutes without(Set<Integer> links) {
        return new HostRoutes(all.stream()
                .filter(one -> !one.isDirect() || !links.contains(one.link))
                .toList());
    }

    /** Each subnet and what leads to it. */
    Map<Subnet, String> inUse() {
        Map<Subnet, String> inUse = new HashMap<>();
        all.forEach(one -> inUse.putIfAbsent(one.subnet, one.what()));
        return inUse;
    }

    /**
     * What breaks when a link gets a subnet that was asked for: the neighbours of another link, or a route to just these
     * addresses. A route to more than that, as to all of a company's network, does not: the narrower of two routes wins.
     *
     * @param link that gets it, which may have it already
     */
    Optional<String> inTheWay(Subnet asked, int link) {
        return all.stream()
                .filter(one -> one.link != link)
                .filter(one -> one.subnet.equals(asked) || (one.isDirect() && one.subnet.contains(asked)))
                .map(Leads::what)
                .findFirst();
    }
}
