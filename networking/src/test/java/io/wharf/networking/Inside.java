package io.wharf.networking;

import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Link;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Route;
import io.wharf.linux.SmallFiles;
import io.wharf.networking.address.Ip;
import java.util.List;

/** What can be seen from within a container: links, addresses, routes, settings. */
final class Inside {
    private Inside() {}

    static List<String> links(Sandbox sandbox) {
        try (Netlink inside = Netlink.openIn(NetworkNamespaces.real(), sandbox.netnsPath())) {
            return inside.links().stream().map(Link::name).toList();
        }
    }

    static List<String> addresses(Sandbox sandbox, String link) {
        try (Netlink inside = Netlink.openIn(NetworkNamespaces.real(), sandbox.netnsPath())) {
            int index = inside.link(link).orElseThrow().index();
            return inside.addresses().stream()
                    .filter(address -> address.link() == index)
                    .map(address -> Ip.text(address.address()) + "/" + address.prefix())
                    .toList();
        }
    }

    /** Gateways of default routes. */
    static List<String> gateways(Sandbox sandbox) {
        try (Netlink inside = Netlink.openIn(NetworkNamespaces.real(), sandbox.netnsPath())) {
            return inside.routes().stream()
                    .filter(Route::isDefault)
                    .flatMap(route -> java.util.stream.Stream.ofNullable(route.gateway()))
                    .map(Ip::text)
                    .toList();
        }
    }

    static String setting(Sandbox sandbox, String name) {
        return NetworkNamespaces.real()
                .in(sandbox.netnsPath(), () -> SmallFiles.read("/proc/sys/net/" + name))
                .strip();
    }
}
