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

/** Where the host's own packets go: what a subnet of the engine's choice must keep away from. */
record HostRoutes(List<Leads> all) {
    /**
     * Addresses that the host has a way to.
     *
     * @param link by which it goes there; 0 where that is open
     * @param direct whether they are at that link itself, not behind a router
     * @param what it is, in words for an error
     */
    record Leads(Subnet subnet, int link, boolean direct, String what) {}

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
            InetAddress gateway = route.gateway();
            Subnet subnet = Subnet.around(destination, route.prefix());
            String way = gateway == null ? "" : " by " + Ip.text(gateway);
            all.add(new Leads(subnet, route.link(), gateway == null, "the host's route to " + subnet + way));
        }
        return new HostRoutes(all);
    }

    /** As {@link #read}, and with addresses whose links are down and have no routes. */
    static HostRoutes readWithAddresses(Netlink netlink) {
        List<Leads> all = new ArrayList<>();
        for (LinkAddress address : netlink.addresses()) {
            all.add(new Leads(
                    Subnet.around(address.address(), address.prefix()),
                    address.link(),
                    true,
                    "the host's address " + Ip.text(address.address())));
        }
        all.addAll(read(netlink).all);
        return new HostRoutes(all);
    }

    /** Each subnet and what leads to it. */
    Map<Subnet, String> inUse() {
        Map<Subnet, String> inUse = new HashMap<>();
        all.forEach(one -> inUse.putIfAbsent(one.subnet, one.what));
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
                .filter(one -> one.subnet.equals(asked) || (one.direct && one.subnet.contains(asked)))
                .map(Leads::what)
                .findFirst();
    }
}
