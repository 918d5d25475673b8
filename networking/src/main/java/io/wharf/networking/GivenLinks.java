package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.Link;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MacAddress;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Route;
import io.wharf.networking.Wire.Plug;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import io.wharf.networking.remote.RemoteEndpoint.StaticRoute;
import java.net.InetAddress;

/** Links that plugins have made on the host: into a container's namespace, and back. Blocks. */
final class GivenLinks {
    private static final String OF_THE_HOST = "/proc/self/ns/net";

    private final NetworkNamespaces namespaces;
    private final Netlink host;

    GivenLinks(NetworkNamespaces namespaces, Netlink host) {
        this.namespaces = namespaces;
        this.host = host;
    }

    /** Moves a link in, and gives it the name and the hardware address that it has there. */
    void bringIn(String netns, Endpoint endpoint, Plug.Given given, Fd namespace) {
        Link link = host.link(given.source())
                .orElseThrow(() -> WharfException.internal(
                        "the plugin " + endpoint.driver() + " has made no link " + given.source() + " on the host"));
        host.move(link.index(), namespace);
        try (Netlink inside = Netlink.openIn(namespaces, netns)) {
            int index = inside.link(given.source())
                    .orElseThrow(() -> new LinuxException("RTM_GETLINK", Errno.ENODEV, given.source()))
                    .index();
            inside.down(index);
            inside.rename(index, endpoint.inside());
            if (!endpoint.mac().isEmpty()) {
                inside.mac(index, MacAddress.parse(endpoint.mac()));
            }
        }
    }

    /** The routes that a plugin wants beside the default one. */
    static void route(Netlink inside, int link, Plug.Given given) {
        for (StaticRoute route : given.routes()) {
            Subnet destination = Subnet.parse(route.destination());
            InetAddress nextHop = route.nextHop().isEmpty() ? null : Ip.parse(route.nextHop());
            try {
                inside.addRoute(
                        new Route(destination.base(), destination.prefix(), nextHop, link, null, 0, Route.MAIN));
            } catch (LinuxException e) {
                // It stands already: the address brought it.
                if (!e.is(Errno.EEXIST)) {
                    throw e;
                }
            }
        }
    }

    /** Gives a link back to the host under the name that it had there; one that is gone is fine. */
    void giveBack(String netns, Endpoint endpoint) {
        try (Netlink inside = Netlink.openIn(namespaces, netns);
                Fd ours = namespaces.open(OF_THE_HOST)) {
            Link link = inside.link(endpoint.inside()).orElse(null);
            if (link != null && !endpoint.source().isEmpty()) {
                inside.down(link.index());
                inside.rename(link.index(), endpoint.source());
                inside.move(link.index(), ours);
            }
        } catch (LinuxException e) {
            // The namespace is gone, and what is virtual with it.
            if (!e.is(Errno.ENOENT, Errno.ENODEV)) {
                throw e;
            }
        }
    }
}
