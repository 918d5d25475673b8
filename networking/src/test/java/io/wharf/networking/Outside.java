package io.wharf.networking;

import io.wharf.linux.Fd;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Route;
import io.wharf.linux.Veth;
import io.wharf.networking.address.Ip;
import java.nio.file.Path;

/** Another host on the wire: 198.51.100.2, with this one, 198.51.100.1, as its way to all containers; in IPv6 likewise. */
final class Outside implements AutoCloseable {
    static final String HOST = "198.51.100.1";
    static final String ADDRESS = "198.51.100.2";
    static final String HOST6 = "2001:db8:100::1";
    static final String ADDRESS6 = "2001:db8:100::2";
    private static final int PREFIX = 24;
    private static final int PREFIX6 = 64;

    final Peer peer;
    private final int link;

    Outside(Path folder) {
        String path = folder.resolve("outside").toString();
        NetworkNamespaces namespaces = NetworkNamespaces.real();
        namespaces.create(path);
        peer = new Peer(path);
        try (Netlink here = Netlink.open();
                Netlink there = Netlink.openIn(namespaces, path);
                Fd namespace = namespaces.open(path)) {
            here.up(1);
            there.up(1);
            link = here.createVeth(new Veth("uplink0", null, 0, 0, "eth0", null, namespace));
            here.addAddress(link, Ip.parse(HOST), PREFIX);
            here.up(link);
            int eth = there.link("eth0").orElseThrow().index();
            there.addAddress(eth, Ip.parse(ADDRESS), PREFIX);
            there.up(eth);
            there.addRoute(Route.defaultVia(Ip.parse(HOST), eth));
            here.addAddress(link, Ip.parse(HOST6), PREFIX6);
            there.addAddress(eth, Ip.parse(ADDRESS6), PREFIX6);
            there.addRoute(Route.defaultVia(Ip.parse(HOST6), eth));
        }
    }

    @Override
    public void close() {
        try (Netlink here = Netlink.open()) {
            here.delete(link);
        }
        NetworkNamespaces.real().delete(peer.netns());
    }
}
