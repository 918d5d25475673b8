package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.linux.Link;
import io.wharf.linux.LinkAddress;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MacAddress;
import io.wharf.linux.Netlink;
import io.wharf.linux.SmallFiles;
import io.wharf.networking.address.AddressPool;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import io.wharf.networking.firewall.GatewayMode;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Linux bridges of networks: makes them, or finds them as they were left. Blocking. */
final class BridgeLink {
    private static final Logger LOG = LoggerFactory.getLogger(BridgeLink.class);
    private static final String IPV4 = "/proc/sys/net/ipv4/";
    private static final String IPV6_CONF = "/proc/sys/net/ipv6/conf/";
    private static final InetAddress LINK_LOCAL = Ip.parse("fe80::1");
    private static final Subnet LINK_LOCALS = Subnet.parse("fe80::/64");
    /** Holds the kernel's lock for all links for 100 ms. */
    static final int AT_A_TIME = 4;

    /** The kernel's IFNAMSIZ without its zero. */
    private static final int LONGEST_NAME = 15;

    private static final String WRONG = "/:\"%\\*";

    private final Netlink netlink;

    BridgeLink(Netlink netlink) {
        this.netlink = netlink;
    }

    /** Links and addresses of the host, as they were a moment ago. */
    record Present(Map<String, Link> links, Map<Integer, List<LinkAddress>> addresses) {
        static final Present NOTHING = new Present(Map.of(), Map.of());

        /** The bridge of this name; refuses where it is something else. */
        Optional<Link> bridge(String name) {
            Optional<Link> link = Optional.ofNullable(links.get(name));
            link.filter(one -> !one.kind().equals("bridge")).ifPresent(one -> {
                throw WharfException.conflict("the link " + name + " exists and is no bridge");
            });
            return link;
        }

        List<LinkAddress> at(int link) {
            return addresses.getOrDefault(link, List.of());
        }
    }

    /** Everything, in two dumps. */
    Present everything() {
        Map<String, Link> links = new HashMap<>();
        netlink.links().forEach(link -> links.put(link.name(), link));
        return new Present(links, addresses());
    }

    /** What there is of one link; nothing is the usual answer, and costs one question. */
    Present only(String name) {
        return netlink.link(name)
                .map(link -> new Present(Map.of(name, link), addresses()))
                .orElse(Present.NOTHING);
    }

    private Map<Integer, List<LinkAddress>> addresses() {
        Map<Integer, List<LinkAddress>> addresses = new HashMap<>();
        netlink.addresses()
                .forEach(address -> addresses
                        .computeIfAbsent(address.link(), link -> new ArrayList<>())
                        .add(address));
        return addresses;
    }

    /** Refuses what the kernel would not take as a name. */
    static void checkName(String name) {
        checkName("bridge", name);
    }

    /** Likewise of a link that is not the bridge itself. */
    static void checkName(String what, String name) {
        boolean wrong = name.isEmpty()
                || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME
                || name.equals(".")
                || name.equals("..")
                || name.chars().anyMatch(BridgeLink::isWrong);
        if (wrong) {
            throw WharfException.invalid("invalid " + what + " name \"" + name + "\": 1 to " + LONGEST_NAME
                    + " characters, without spaces and any of " + WRONG);
        }
    }

    /** Of a percent sign the kernel makes a number, and of a star the rules make any name. */
    static boolean isWrong(int character) {
        return WRONG.indexOf(character) >= 0 || character <= ' ' || Character.isWhitespace(character);
    }

    /**
     * Makes the bridge where it is not there, gives it the host's addresses and takes it up.
     *
     * @param ours whether the engine has made it: addresses that it should not have are then taken away
     * @param guarded whether rules keep containers from the addresses of the host's loopback
     * @return its index
     */
    int raise(Network network, AddressSpace space, Present present, boolean ours, boolean guarded) {
        String name = network.link();
        Optional<Link> link = present.bridge(name);
        List<LinkAddress> wanted = hostAddresses(network, space);
        boolean ipv6 = wanted.stream().anyMatch(address -> Family.of(address.address()) == Family.V6);
        int index = link.map(Link::index).orElseGet(() -> create(network, space, name));
        if (link.isEmpty() || ipv6) {
            ipv6(name, ipv6);
        }
        List<LinkAddress> has = new ArrayList<>(present.at(index));
        if (ours) {
            has.removeIf(address -> isSurplus(address, wanted) && delete(address));
        }
        wanted.stream()
                .filter(address -> has.stream().noneMatch(one -> isSame(one, address)))
                .forEach(address -> netlink.addAddress(index, address.address(), address.prefix()));
        if (link.filter(Link::isUp).isEmpty()) {
            netlink.up(index);
        }
        if (link.isEmpty() || ours || network.isDefaultBridge()) {
            routeLoopback(name, guarded);
        }
        return index;
    }

    /** By rules, ports that are published on localhost lead to containers; without the guard, all of localhost is open. */
    private static void routeLoopback(String name, boolean guarded) {
        set(
                IPV4 + "conf/" + name + "/route_localnet",
                guarded ? "1" : "0",
                guarded
                        ? "published ports do not answer on localhost"
                        : "containers reach what listens on the localhost of this host");
    }

    private int create(Network network, AddressSpace space, String name) {
        MacAddress mac = Bridge.macOf(space.gateway(Family.V4)
                .or(() -> space.pools().stream()
                        .findFirst()
                        .map(pool -> pool.subnet().base()))
                .orElseThrow());
        try {
            return netlink.createBridge(name, mac, BridgeOptions.mtu(network.options()));
        } catch (LinuxException e) {
            throw WharfException.internal("cannot make the bridge " + name + ": " + e.getMessage(), e);
        }
    }

    /** The addresses that the host itself has on the bridge of a network. */
    static List<LinkAddress> hostAddresses(Network network, AddressSpace space) {
        BridgeOptions options = network.bridgeOptions();
        List<LinkAddress> addresses = new ArrayList<>();
        for (AddressPool pool : space.pools()) {
            Subnet subnet = pool.subnet();
            boolean kept = options.mode(subnet.family()) != GatewayMode.ISOLATED
                    && !(subnet.family() == Family.V4 && options.inhibitIpv4());
            pool.gateway().filter(gateway -> kept).ifPresent(gateway -> {
                addresses.add(new LinkAddress(0, gateway, subnet.prefix()));
                if (subnet.family() == Family.V6 && !subnet.equals(LINK_LOCALS)) {
                    addresses.add(new LinkAddress(0, LINK_LOCAL, LINK_LOCALS.prefix()));
                }
            });
        }
        return addresses;
    }

    private static boolean isSame(LinkAddress one, LinkAddress other) {
        return one.address().equals(other.address()) && one.prefix() == other.prefix();
    }

    /** Link-local ones are the kernel's. */
    private static boolean isSurplus(LinkAddress address, List<LinkAddress> wanted) {
        return !LINK_LOCALS.contains(address.address()) && wanted.stream().noneMatch(one -> isSame(one, address));
    }

    private boolean delete(LinkAddress address) {
        netlink.deleteAddress(address.link(), address.address(), address.prefix());
        return true;
    }

    /**
     * A bridge without addresses of IPv6 has none at all, not even the kernel's own: by those, containers would reach the
     * host past all that was said of the network. One that has takes no routes from the routers that containers may play.
     */
    private static void ipv6(String name, boolean wanted) {
        String conf = IPV6_CONF + name + "/";
        if (!wanted) {
            set(conf + "disable_ipv6", "1", "the bridge has link-local addresses");
            return;
        }
        set(conf + "disable_ipv6", "0", "the bridge has no IPv6");
        set(conf + "accept_ra", "0", "the host listens to routers among its containers");
    }

    /**
     * Takes bridges away, {@link #AT_A_TIME} by one message; those that are gone are left out.
     */
    void delete(List<String> names) {
        for (int next = 0; next < names.size(); next += AT_A_TIME) {
            netlink.deleteAll(names.subList(next, Math.min(next + AT_A_TIME, names.size())).stream()
                    .flatMap(name -> netlink.link(name).stream())
                    .map(Link::index)
                    .toList());
        }
    }

    /** Sets a switch unless it is; where the kernel refuses, what that means is logged and the engine goes on. */
    private static boolean set(String path, String value, String otherwise) {
        try {
            if (!Objects.equals(SmallFiles.read(path).strip(), value)) {
                SmallFiles.write(path, value);
            }
            return true;
        } catch (LinuxException e) {
            LOG.warn("Cannot set {} to {}, so {}: {}", path, value, otherwise, e.getMessage());
            return false;
        }
    }
}
