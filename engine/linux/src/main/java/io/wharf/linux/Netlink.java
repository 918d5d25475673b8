package io.wharf.linux;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Links, addresses and routes of one network namespace (rtnetlink(7)).
 *
 * <p>Bound to the namespace in which it was opened; any thread may call it, one at a time gets through. Calls take some
 * ten to some hundred microseconds, but the kernel's own lock for all networking may make them wait: use a pool. A
 * refusal carries the kernel's own words where it gives some. Tests may stand in for this interface.
 */
public interface Netlink extends AutoCloseable {
    /** Of the namespace that this process runs in. */
    static Netlink open() {
        return RealNetlink.open();
    }

    /** Of another namespace; it keeps that namespace alive until closed. */
    static Netlink openIn(NetworkNamespaces namespaces, String path) {
        return namespaces.in(path, RealNetlink::open);
    }

    List<Link> links();

    Optional<Link> link(String name);

    Optional<Link> link(int index);

    /** Makes a bridge without STP, and gives its index; EEXIST where the name is taken. */
    int createBridge(String name, @Nullable MacAddress mac, int mtu);

    /** Makes a pair in one request, both ends down; the index of this end. */
    int createVeth(Veth veth);

    /** Makes a link that shares another's wire, down, where it is to be used; EOPNOTSUPP where the kernel has no such. */
    void createSublink(Sublink sublink);

    /** Makes the link of a VLAN, down. */
    int createVlan(String name, int parent, int id);

    /** A link of another kind that needs no parameters, as {@code dummy} or {@code ifb}. */
    int create(String kind, String name);

    /** Deletes a link, and the other end of a veth with it; ENODEV where it is gone. */
    void delete(int link);

    /**
     * Deletes many links at the price of one: most of it is a wait of the kernel's for all processors, which it then does
     * once for all. Those that are gone are left out.
     */
    void deleteAll(List<Integer> links);

    void up(int link);

    void down(int link);

    /** The link must be down. */
    void rename(int link, String name);

    /** Makes a link the port of a bridge, or of none with 0. */
    void master(int link, int bridge);

    void mtu(int link, int mtu);

    void mac(int link, MacAddress mac);

    /** Moves a link into another namespace, where it may get another index. */
    void move(int link, Fd namespace);

    /** Whether a bridge port sends packets back through the port they came from. */
    void hairpin(int link, boolean on);

    /** Whether a bridge port is kept from all others that are so, and reaches the bridge itself alone. */
    void isolate(int link, boolean on);

    List<LinkAddress> addresses();

    /** Adds an address (for IPv4 with its broadcast, for IPv6 without duplicate detection); EEXIST where it is there. */
    void addAddress(int link, InetAddress address, int prefix);

    void deleteAddress(int link, InetAddress address, int prefix);

    /** Unicast routes of all tables but the local one. */
    List<Route> routes();

    void addRoute(Route route);

    /** ESRCH where there is no such route. */
    void deleteRoute(Route route);

    @Override
    void close();
}
