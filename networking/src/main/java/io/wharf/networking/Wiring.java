package io.wharf.networking;

import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.Link;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MacAddress;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Route;
import io.wharf.linux.Veth;
import io.wharf.networking.address.AddressPool;
import io.wharf.networking.address.Family;
import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes namespaces and the links into them, and takes them away. Blocking, for pool threads; each method bears being run
 * when its work was already done in part.
 */
final class Wiring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
    private static final String INSIDE = "eth0";
    /** The kernel gives every namespace its loopback link first. */
    private static final int LOOPBACK = 1;

    private final NetworkNamespaces namespaces;
    private final Netlink host;

    Wiring(NetworkNamespaces namespaces, Netlink host) {
        this.namespaces = namespaces;
        this.host = host;
    }

    /** A namespace with nothing but its loopback. */
    void isolate(String netns) {
        create(netns);
        try (Netlink inside = Netlink.openIn(namespaces, netns)) {
            inside.up(LOOPBACK);
        }
    }

    /**
     * A namespace with a link to a bridge.
     *
     * @param published whether ports of the host lead there: a container that calls its own must be answered through the
     *     very port of the bridge that it called from
     */
    void connect(String netns, Endpoint endpoint, Bridge bridge, boolean published) {
        create(netns);
        try (Netlink inside = Netlink.openIn(namespaces, netns);
                Fd namespace = namespaces.open(netns)) {
            inside.up(LOOPBACK);
            MacAddress mac = MacAddress.parse(endpoint.mac());
            int mtu = bridge.network().mtu();
            int outer = host.createVeth(new Veth(endpoint.veth(), null, bridge.index(), mtu, INSIDE, mac, namespace));
            if (published) {
                hairpin(outer);
            }
            host.up(outer);
            int inner = inside.link(INSIDE)
                    .orElseThrow(() -> new LinuxException("RTM_GETLINK", Errno.ENODEV, INSIDE))
                    .index();
            InetAddress address = endpoint.inet();
            AddressPool pool = bridge.addresses().poolOf(address).orElseThrow();
            inside.addAddress(inner, address, pool.subnet().prefix());
            inside.up(inner);
            bridge.gateway(Family.V4).ifPresent(gateway -> inside.addRoute(Route.defaultVia(gateway, inner)));
        }
    }

    private void hairpin(int link) {
        try {
            host.hairpin(link, true);
        } catch (LinuxException e) {
            // All but the container itself reach its ports; and itself too where the kernel does not filter bridges.
            LOG.debug("Container will not reach its own published ports: {}", e.getMessage());
        }
    }

    /** Gives up a namespace: it ends, and its links with it, unless a process is still inside. */
    void release(Membership membership) {
        if (membership.ownsNamespace()) {
            namespaces.delete(membership.netns());
        }
    }

    /** Takes namespace and links away, and waits for that. */
    void remove(Membership membership) {
        release(membership);
        for (Endpoint endpoint : membership.endpoints()) {
            if (endpoint.isWired()) {
                deleteLink(endpoint.veth());
            }
        }
    }

    void deleteLink(String name) {
        try {
            host.link(name).map(Link::index).ifPresent(host::delete);
        } catch (LinuxException e) {
            // Gone in between: the kernel was quicker.
            if (!e.is(Errno.ENODEV)) {
                throw e;
            }
        }
    }

    private void create(String netns) {
        try {
            namespaces.create(netns);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            // Left by an earlier boot, or by a join that was cut short: nobody has recorded it any more.
            namespaces.delete(netns);
            namespaces.create(netns);
        }
    }

    @Override
    public void close() {
        host.close();
    }
}
