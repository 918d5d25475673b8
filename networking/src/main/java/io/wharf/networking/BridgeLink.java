package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.linux.Link;
import io.wharf.linux.LinkAddress;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Netlink;
import io.wharf.linux.Route;
import io.wharf.linux.SmallFiles;
import io.wharf.networking.address.DefaultPools;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Linux bridge of a network: finds a subnet for it and makes it. Blocking. */
final class BridgeLink {
    private static final Logger LOG = LoggerFactory.getLogger(BridgeLink.class);
    private static final String IPV4 = "/proc/sys/net/ipv4/";

    private final Netlink netlink;

    BridgeLink(Netlink netlink) {
        this.netlink = netlink;
    }

    /**
     * What a bridge is to be.
     *
     * @param index of the link where it stands already, else 0
     */
    record Plan(int index, Subnet subnet, InetAddress gateway) {}

    /**
     * Decides on a bridge's addresses: those that were asked for, else those it has, else those it had before if they are
     * free, else the first free ones.
     *
     * @param wanted address of the host with its prefix, or null
     * @param earlier as {@code wanted}, from before
     */
    Plan plan(String name, @Nullable String wanted, @Nullable String earlier) {
        Optional<Link> link = netlink.link(name);
        link.filter(one -> !one.kind().equals("bridge")).ifPresent(one -> {
            throw WharfException.conflict("the link " + name + " exists and is no bridge");
        });
        int index = link.map(Link::index).orElse(0);
        if (wanted != null) {
            return planned(index, wanted);
        }
        Optional<LinkAddress> present = netlink.addresses().stream()
                .filter(address -> index != 0 && address.link() == index && address.address() instanceof Inet4Address)
                .findFirst();
        if (present.isPresent()) {
            return planned(
                    index,
                    Ip.text(present.get().address()) + "/" + present.get().prefix());
        }
        Map<Subnet, String> inUse = inUse();
        if (earlier != null && inUse.keySet().stream().noneMatch(Subnet.parse(earlier)::overlaps)) {
            return planned(index, earlier);
        }
        Subnet free = DefaultPools.ofDefaultBridge().firstFree(Family.V4, inUse);
        return new Plan(index, free, free.at(1));
    }

    private static Plan planned(int index, String cidr) {
        return new Plan(index, Subnet.parse(cidr), Ip.ofCidr(cidr));
    }

    /** The subnets that the host's routes and addresses lead to, and which that is. */
    Map<Subnet, String> inUse() {
        Map<Subnet, String> inUse = new HashMap<>();
        for (LinkAddress address : netlink.addresses()) {
            inUse.put(
                    Subnet.around(address.address(), address.prefix()),
                    "the host's address " + Ip.text(address.address()));
        }
        for (Route route : netlink.routes()) {
            InetAddress destination = route.destination();
            if (!route.isDefault() && destination != null) {
                Subnet subnet = Subnet.around(destination, route.prefix());
                inUse.putIfAbsent(subnet, "the host's route to " + subnet);
            }
        }
        return inUse;
    }

    /** Makes the bridge where it is not there, gives it its address and takes it up; its index. */
    int make(String name, Plan plan, int mtu) {
        int index = plan.index() != 0 ? plan.index() : netlink.createBridge(name, Bridge.macOf(plan.gateway()), mtu);
        InetAddress gateway = plan.gateway();
        boolean addressed = false;
        for (LinkAddress present : netlink.addresses()) {
            if (present.link() != index || !(present.address() instanceof Inet4Address)) {
                continue;
            }
            if (present.address().equals(gateway)
                    && present.prefix() == plan.subnet().prefix()) {
                addressed = true;
            } else {
                netlink.deleteAddress(index, present.address(), present.prefix());
            }
        }
        if (!addressed) {
            netlink.addAddress(index, gateway, plan.subnet().prefix());
        }
        netlink.up(index);
        set(IPV4 + "conf/" + name + "/route_localnet", "published ports do not answer on localhost");
        return index;
    }

    void delete(String name) {
        netlink.link(name).map(Link::index).ifPresent(netlink::delete);
    }

    /** Whether the host passes packets on. */
    static boolean isForwarding() {
        return SmallFiles.read(IPV4 + "ip_forward").strip().equals("1");
    }

    /** Lets the host pass packets on; whether it does. */
    static boolean forward() {
        return set(IPV4 + "ip_forward", "containers reach nothing but the host");
    }

    /** Sets a switch to 1 unless it is; where the kernel refuses, what that means is logged and the engine goes on. */
    private static boolean set(String path, String otherwise) {
        try {
            if (!Objects.equals(SmallFiles.read(path).strip(), "1")) {
                SmallFiles.write(path, "1");
            }
            return true;
        } catch (LinuxException e) {
            LOG.warn("Cannot set {} to 1, so {}: {}", path, otherwise, e.getMessage());
            return false;
        }
    }
}
