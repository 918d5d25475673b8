package io.wharf.linux;

import static io.wharf.linux.NetlinkMessage.NLM_F_ACK;
import static io.wharf.linux.NetlinkMessage.NLM_F_CREATE;
import static io.wharf.linux.NetlinkMessage.NLM_F_DUMP;
import static io.wharf.linux.NetlinkMessage.NLM_F_EXCL;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@link Netlink} of the running kernel: builds the requests of linux/if_link.h, if_addr.h and rtnetlink.h. */
final class RealNetlink implements Netlink {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_SETLINK = 19;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;

    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_BRIDGE = 7;
    private static final int AF_INET6 = 10;
    private static final int IFF_UP = 1;
    private static final int IFLA_BRPORT_MODE = 4;
    private static final int IFLA_BRPORT_ISOLATED = 33;
    private static final int IFA_F_NODAD = 2;
    private static final int IFA_BROADCAST = 4;
    private static final int RTPROT_BOOT = 3;
    private static final int SCOPE_LINK = 253;
    private static final int RTN_UNICAST = 1;

    /** A group of links that nobody else is likely to use; a link is in it for the blink of an eye. */
    private static final int DOOMED = 0x57484446;

    private final NetlinkSocket socket;

    private RealNetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    static RealNetlink open() {
        return new RealNetlink(new NetlinkSocket(NetlinkSocket.NETLINK_ROUTE));
    }

    @Override
    public List<Link> links() {
        var request = new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).link(AF_UNSPEC, 0, 0, 0);
        return socket.dump("RTM_GETLINK", request).stream()
                .filter(answer -> answer.type() == RTM_NEWLINK)
                .map(answer -> NetlinkDecoder.link(answer.body()))
                .toList();
    }

    @Override
    public Optional<Link> link(String name) {
        return find(
                new NetlinkMessage(RTM_GETLINK, NLM_F_ACK)
                        .link(AF_UNSPEC, 0, 0, 0)
                        .attribute(NetlinkDecoder.IFLA_IFNAME, name),
                name);
    }

    @Override
    public Optional<Link> link(int index) {
        return find(new NetlinkMessage(RTM_GETLINK, NLM_F_ACK).link(AF_UNSPEC, index, 0, 0), index);
    }

    private Optional<Link> find(NetlinkMessage request, Object key) {
        try {
            return socket.request("RTM_GETLINK", request, key).stream()
                    .map(answer -> NetlinkDecoder.link(answer.body()))
                    .findFirst();
        } catch (LinuxException e) {
            if (e.is(Errno.ENODEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public int createBridge(String name, @Nullable MacAddress mac, int mtu) {
        return make(NewLinks.plain("bridge", name, mac, mtu), "bridge", name);
    }

    @Override
    public int createVeth(Veth veth) {
        return make(NewLinks.veth(veth), "veth", veth.name());
    }

    @Override
    public void createSublink(Sublink sublink) {
        socket.request("RTM_NEWLINK", NewLinks.sublink(sublink), sublink.kind(), sublink.name());
    }

    @Override
    public int createVlan(String name, int parent, int id) {
        return make(NewLinks.vlan(name, parent, id), "vlan", name);
    }

    @Override
    public int create(String kind, String name) {
        return make(NewLinks.plain(kind, name, null, 0), kind, name);
    }

    private int make(NetlinkMessage message, String kind, String name) {
        socket.request("RTM_NEWLINK", message, kind, name);
        return link(name)
                .orElseThrow(() -> new LinuxException("RTM_GETLINK", Errno.ENODEV, name))
                .index();
    }

    @Override
    public void delete(int link) {
        socket.request("RTM_DELLINK", new NetlinkMessage(RTM_DELLINK, NLM_F_ACK).link(AF_UNSPEC, link, 0, 0), link);
    }

    @Override
    public void deleteAll(List<Integer> links) {
        if (links.size() == 1) {
            deleteGently(links.getFirst());
            return;
        }
        var marked = links.stream().filter(this::mark).toList();
        if (!marked.isEmpty()) {
            var message = new NetlinkMessage(RTM_DELLINK, NLM_F_ACK)
                    .link(AF_UNSPEC, 0, 0, 0)
                    .attribute(NetlinkDecoder.IFLA_GROUP, DOOMED);
            socket.request("RTM_DELLINK", message, marked);
        }
    }

    private void deleteGently(int link) {
        try {
            delete(link);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENODEV)) {
                throw e;
            }
        }
    }

    /** Puts a link into the group that is deleted next; false where it is gone. */
    private boolean mark(int link) {
        try {
            change(link, 0, 0, message -> message.attribute(NetlinkDecoder.IFLA_GROUP, DOOMED), "group", DOOMED);
            return true;
        } catch (LinuxException e) {
            if (e.is(Errno.ENODEV)) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void up(int link) {
        change(link, IFF_UP, IFF_UP, message -> {}, "up");
    }

    @Override
    public void down(int link) {
        change(link, 0, IFF_UP, message -> {}, "down");
    }

    @Override
    public void rename(int link, String name) {
        change(link, 0, 0, message -> message.attribute(NetlinkDecoder.IFLA_IFNAME, name), "name", name);
    }

    @Override
    public void master(int link, int bridge) {
        change(link, 0, 0, message -> message.attribute(NetlinkDecoder.IFLA_MASTER, bridge), "master", bridge);
    }

    @Override
    public void mtu(int link, int mtu) {
        change(link, 0, 0, message -> message.attribute(NetlinkDecoder.IFLA_MTU, mtu), "mtu", mtu);
    }

    @Override
    public void mac(int link, MacAddress mac) {
        change(link, 0, 0, message -> message.attribute(NetlinkDecoder.IFLA_ADDRESS, mac.bytes()), "mac", mac);
    }

    @Override
    public void move(int link, Fd namespace) {
        change(
                link,
                0,
                0,
                message -> message.attribute(NetlinkDecoder.IFLA_NET_NS_FD, namespace.value()),
                "namespace",
                namespace);
    }

    @Override
    public void hairpin(int link, boolean on) {
        port(link, IFLA_BRPORT_MODE, on, "hairpin");
    }

    @Override
    public void isolate(int link, boolean on) {
        port(link, IFLA_BRPORT_ISOLATED, on, "isolated");
    }

    private void port(int link, int flag, boolean on, String name) {
        var message = new NetlinkMessage(RTM_SETLINK, NLM_F_ACK)
                .link(AF_BRIDGE, link, 0, 0)
                .nested(NetlinkDecoder.IFLA_PROTINFO, port -> port.attribute(flag, new byte[] {(byte) (on ? 1 : 0)}));
        socket.request("RTM_SETLINK", message, link, name, on);
    }

    private void change(int link, int flags, int mask, Consumer<NetlinkMessage> attributes, Object... shown) {
        var message = new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK).link(AF_UNSPEC, link, flags, mask);
        attributes.accept(message);
        socket.request("RTM_NEWLINK", message, link, List.of(shown));
    }

    @Override
    public List<LinkAddress> addresses() {
        var request =
                new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).bytes(0, 0, 0, 0).word(0);
        return socket.dump("RTM_GETADDR", request).stream()
                .flatMap(answer -> NetlinkDecoder.address(answer.body()).stream())
                .toList();
    }

    @Override
    public void addAddress(int link, InetAddress address, int prefix) {
        var flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
        socket.request("RTM_NEWADDR", address(RTM_NEWADDR, flags, link, address, prefix), link, shown(address, prefix));
    }

    @Override
    public void deleteAddress(int link, InetAddress address, int prefix) {
        var message = address(RTM_DELADDR, NLM_F_ACK, link, address, prefix);
        socket.request("RTM_DELADDR", message, link, shown(address, prefix));
    }

    private static NetlinkMessage address(int type, int flags, int link, InetAddress address, int prefix) {
        var bytes = address.getAddress();
        var message = new NetlinkMessage(type, flags)
                .bytes(family(address), prefix, address instanceof Inet4Address ? 0 : IFA_F_NODAD, 0)
                .word(link)
                .attribute(NetlinkDecoder.IFA_LOCAL, bytes)
                .attribute(NetlinkDecoder.IFA_ADDRESS, bytes);
        if (address instanceof Inet4Address && prefix < 31 && type == RTM_NEWADDR) {
            for (var bit = prefix; bit < 32; bit++) {
                bytes[bit / 8] |= (byte) (0x80 >> (bit % 8));
            }
            message.attribute(IFA_BROADCAST, bytes);
        }
        return message;
    }

    @Override
    public List<Route> routes() {
        // Each address of the host has several routes of other types, which the kernel leaves out where it can.
        return Stream.of(AF_INET, AF_INET6)
                .flatMap(family -> {
                    var request = new NetlinkMessage(RTM_GETROUTE, NLM_F_DUMP)
                            .bytes(family, 0, 0, 0, 0, 0, 0, RTN_UNICAST)
                            .word(0);
                    return socket.dump("RTM_GETROUTE", request).stream();
                })
                .flatMap(answer -> NetlinkDecoder.route(answer.body()).stream())
                .toList();
    }

    @Override
    public void addRoute(Route route) {
        var message = route(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, route);
        socket.request("RTM_NEWROUTE", message, route);
    }

    @Override
    public void deleteRoute(Route route) {
        socket.request("RTM_DELROUTE", route(RTM_DELROUTE, NLM_F_ACK, route), route);
    }

    private static NetlinkMessage route(int type, int flags, Route route) {
        var some = route.destination() != null ? route.destination() : route.gateway();
        if (some == null) {
            throw new IllegalArgumentException("a route needs a destination or a gateway: " + route);
        }
        var scope = route.gateway() == null && some instanceof Inet4Address ? SCOPE_LINK : 0;
        var message = new NetlinkMessage(type, flags)
                .bytes(family(some), route.prefix(), 0, 0, 0, RTPROT_BOOT, scope, RTN_UNICAST)
                .word(0)
                .attribute(NetlinkDecoder.RTA_TABLE, route.table());
        optional(message, NetlinkDecoder.RTA_DST, route.destination());
        optional(message, NetlinkDecoder.RTA_GATEWAY, route.gateway());
        optional(message, NetlinkDecoder.RTA_PREFSRC, route.source());
        if (route.link() != 0) {
            message.attribute(NetlinkDecoder.RTA_OIF, route.link());
        }
        if (route.metric() != 0) {
            message.attribute(NetlinkDecoder.RTA_PRIORITY, route.metric());
        }
        return message;
    }

    private static void optional(NetlinkMessage message, int type, @Nullable InetAddress address) {
        if (address != null) {
            message.attribute(type, address.getAddress());
        }
    }

    private static int family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    private static String shown(InetAddress address, int prefix) {
        return address.getHostAddress() + "/" + prefix;
    }

    @Override
    public void close() {
        socket.close();
    }
}
