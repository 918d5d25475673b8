package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkingConfig.EndpointAddresses;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.Link;
import io.wharf.linux.LinkNames;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MacAddress;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Route;
import io.wharf.linux.SmallFiles;
import io.wharf.linux.Sublink;
import io.wharf.linux.Veth;
import io.wharf.networking.Wire.Plug;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.vlan.ParentLink;
import io.wharf.networking.vlan.ParentOptions;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes namespaces and the links into them, and takes them away. Blocking, for pool threads; each method bears being run
 * when its work was already done in part.
 */
final class Wiring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
    /** The kernel gives every namespace its loopback link first. */
    private static final int LOOPBACK = 1;

    private static final long UNSEEN_NANOS = 100_000_000L;
    private static final long LOOK_NANOS = 300_000;
    private static final int LINK_LOCAL_V4 = 16;
    private static final int LINK_LOCAL_V6 = 64;

    private final NetworkNamespaces namespaces;
    private final Netlink host;
    private final GivenLinks given;

    Wiring(NetworkNamespaces namespaces, Netlink host) {
        this.namespaces = namespaces;
        this.host = host;
        this.given = new GivenLinks(namespaces, host);
    }

    /** A namespace with its loopback and these links. */
    void connect(String netns, List<Wire> wires) {
        try (Netlink inside = create(netns, wires)) {
            inside.up(LOOPBACK);
            wires.forEach(wire -> configure(inside, wire));
        }
    }

    /** One more link in a namespace that is in use, and the routes as they then are. */
    void attach(String netns, Wire wire, Membership before, Membership after) {
        makePairs(netns, List.of(wire));
        try (Netlink inside = open(netns, List.of(wire))) {
            // Routes there can be only one of: the old one goes first.
            leaveRoutes(inside, before, after);
            configure(inside, wire);
        }
    }

    /** Lets default routes lead where they are to after a change of networks, and published ports answer there. */
    void reroute(Membership before, Membership after) {
        boolean moved = false;
        for (Family family : Family.values()) {
            moved |= moved(family, before, after);
        }
        if (!moved) {
            return;
        }
        try (Netlink inside = Netlink.openIn(namespaces, after.netns())) {
            leaveRoutes(inside, before, after);
            for (Family family : Family.values()) {
                Optional<Endpoint> now = after.gateway(family);
                if (now.isPresent() && moved(family, before, after)) {
                    addRoute(inside, now.get(), family, index(inside, now.get()));
                    if (!after.ports().isEmpty() && now.get().isPortOfBridge()) {
                        host.link(now.get().veth()).map(Link::index).ifPresent(this::hairpin);
                    }
                }
            }
        }
    }

    /** Has the container reach its own published ports. */
    void answerOwn(Membership membership) {
        if (membership.ports().isEmpty()) {
            return;
        }
        for (Family family : Family.values()) {
            membership
                    .gateway(family)
                    .filter(Endpoint::isPortOfBridge)
                    .flatMap(endpoint -> host.link(endpoint.veth()))
                    .map(Link::index)
                    .ifPresent(this::hairpin);
        }
    }

    private static boolean moved(Family family, Membership before, Membership after) {
        return !before.gateway(family)
                .map(Endpoint::id)
                .equals(after.gateway(family).map(Endpoint::id));
    }

    /** Takes away the routes of endpoints that are no gateways any more. */
    private void leaveRoutes(Netlink inside, Membership before, Membership after) {
        for (Family family : Family.values()) {
            Optional<Endpoint> old = before.gateway(family);
            // The link may be gone, and its routes went with it.
            Optional<Link> link = old.flatMap(endpoint -> inside.link(endpoint.inside()));
            if (link.isPresent() && moved(family, before, after)) {
                InetAddress gateway = old.orElseThrow().gateway(family).orElseThrow();
                try {
                    inside.deleteRoute(way(gateway, link.get().index()));
                } catch (LinuxException e) {
                    // The container has changed its routes itself.
                    if (!e.is(Errno.ESRCH)) {
                        throw e;
                    }
                }
            }
        }
    }

    private void makePairs(String netns, List<Wire> wires) {
        if (wires.isEmpty()) {
            return;
        }
        try (Fd namespace = namespaces.open(netns)) {
            wires.forEach(wire -> makeLink(netns, wire, namespace));
        }
    }

    private void makeLink(String netns, Wire wire, Fd namespace) {
        switch (wire.plug()) {
            case Plug.Port port -> makePair(wire, port, namespace);
            case Plug.Parent parent -> makeSublink(wire, parent.options(), namespace);
            case Plug.Given from -> given.bringIn(netns, wire.endpoint(), from, namespace);
        }
    }

    private void makePair(Wire wire, Plug.Port port, Fd namespace) {
        Endpoint endpoint = wire.endpoint();
        MacAddress mac = MacAddress.parse(endpoint.mac());
        int outer = host.createVeth(
                new Veth(endpoint.veth(), null, port.bridge(), wire.mtu(), endpoint.inside(), mac, namespace));
        if (wire.published()) {
            hairpin(outer);
        }
        if (port.isolated() && !rulesSeeBridges()) {
            host.isolate(outer, true);
        }
        host.up(outer);
    }

    private void makeSublink(Wire wire, ParentOptions options, Fd namespace) {
        Endpoint endpoint = wire.endpoint();
        Link parent = host.link(options.parent())
                .orElseThrow(() -> WharfException.internal(
                        "the requested parent interface " + options.parent() + " was not found on the Docker host"));
        MacAddress mac = endpoint.mac().isEmpty() ? null : MacAddress.parse(endpoint.mac());
        try {
            host.createSublink(new Sublink(
                    options.kind(),
                    endpoint.inside(),
                    parent.index(),
                    options.mode(),
                    options.flag(),
                    mac,
                    wire.mtu(),
                    namespace));
        } catch (LinuxException e) {
            throw ParentLink.refused(options.kind().toString(), endpoint.inside() + " at " + options.parent(), e);
        }
    }

    /**
     * Whether the host has rules decide about what stays within a bridge (br_netfilter). They then keep containers apart,
     * and an isolated port would drop what a published port leads from one to the other.
     */
    static boolean rulesSeeBridges() {
        return isOn("bridge-nf-call-iptables") && isOn("bridge-nf-call-ip6tables");
    }

    private static boolean isOn(String name) {
        try {
            return SmallFiles.read("/proc/sys/net/bridge/" + name).strip().equals("1");
        } catch (LinuxException absent) {
            return false;
        }
    }

    /** A socket inside, once the settings of the links are written, which is to be done from inside as well. */
    private Netlink open(String netns, List<Wire> wires) {
        List<LinkSetting> settings = LinkSetting.of(wires);
        return namespaces.in(netns, () -> opened(settings));
    }

    private static Netlink opened(List<LinkSetting> settings) {
        settings.forEach(LinkSetting::write);
        return Netlink.open();
    }

    private static void configure(Netlink inside, Wire wire) {
        Endpoint endpoint = wire.endpoint();
        int link = index(inside, endpoint);
        for (Family family : Family.values()) {
            endpoint.inet(family).ifPresent(address -> inside.addAddress(link, address, endpoint.prefix(family)));
        }
        EndpointAddresses asked = endpoint.asked().ipamConfig();
        if (asked != null) {
            for (String text : asked.linkLocalIps()) {
                InetAddress local = Ip.parse(text);
                inside.addAddress(link, local, Family.of(local) == Family.V4 ? LINK_LOCAL_V4 : LINK_LOCAL_V6);
            }
        }
        inside.up(link);
        if (wire.plug() instanceof Plug.Given given) {
            GivenLinks.route(inside, link, given);
        }
        wire.routes().forEach(family -> addRoute(inside, endpoint, family, link));
    }

    private static void addRoute(Netlink inside, Endpoint endpoint, Family family, int link) {
        InetAddress gateway = endpoint.gateway(family).orElseThrow();
        try {
            inside.addRoute(way(gateway, link));
        } catch (LinuxException e) {
            // It stands already, or the container has one of its own making.
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    /** The default route; where the link itself leads out, its gateway is no address at all. */
    private static Route way(InetAddress gateway, int link) {
        return gateway.isAnyLocalAddress() ? Route.onLink(gateway, 0, link) : Route.defaultVia(gateway, link);
    }

    private static int index(Netlink inside, Endpoint endpoint) {
        return inside.link(endpoint.inside())
                .orElseThrow(() -> new LinuxException("RTM_GETLINK", Errno.ENODEV, endpoint.inside()))
                .index();
    }

    private void hairpin(int link) {
        try {
            host.hairpin(link, true);
        } catch (LinuxException e) {
            // All but the container itself reach its ports; and itself too where the kernel does not filter bridges.
            LOG.debug("Container will not reach its own published ports: {}", e.getMessage());
        }
    }

    /**
     * Takes links away that have no end outside. Their hardware addresses are seen by the parent for as long as they are
     * there, and a container that comes back with the same would be refused.
     */
    private void deleteInside(String netns, List<Endpoint> gone) {
        try (Netlink inside = Netlink.openIn(namespaces, netns)) {
            inside.deleteAll(gone.stream()
                    .flatMap(endpoint -> inside.link(endpoint.inside()).stream())
                    .map(Link::index)
                    .toList());
        } catch (LinuxException e) {
            // The namespace is gone, and they with it.
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /** Gives up a namespace: it ends, and its links with it, unless a process is still inside. */
    void release(Membership membership) {
        if (membership.ownsNamespace()) {
            List<Endpoint> inside = membership.endpoints().stream()
                    .filter(endpoint -> endpoint.isWired() && !endpoint.isPortOfBridge() && !endpoint.isRemote())
                    .toList();
            if (!inside.isEmpty() && namespaces.exists(membership.netns())) {
                deleteInside(membership.netns(), inside);
            }
            namespaces.delete(membership.netns());
        }
    }

    /** Takes namespace and links away, and waits for that. */
    void remove(Membership membership) {
        release(membership);
        membership.endpoints().stream()
                .filter(Endpoint::isPortOfBridge)
                .map(Endpoint::veth)
                .forEach(this::deleteLink);
    }

    /** Waits until nobody, inside or outside, can see these pairs any more; false where that takes too long. */
    static boolean awaitUnseen(List<Endpoint> gone) {
        long deadline = System.nanoTime() + UNSEEN_NANOS;
        while (gone.stream().map(Endpoint::veth).anyMatch(LinkNames::exists)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    /** Has links gone whose addresses are to be in use again: most are on their way, the others are deleted. */
    void clear(List<Endpoint> formers) {
        List<Endpoint> pairs = formers.stream().filter(Endpoint::isPortOfBridge).toList();
        if (!pairs.isEmpty() && !awaitUnseen(pairs)) {
            pairs.forEach(endpoint -> deleteLink(endpoint.veth()));
        }
    }

    /** Deletes links of a namespace that goes on, or, where none is named, what is left of them outside. */
    void deleteLinks(String netns, List<Endpoint> gone) {
        List<Endpoint> inside = gone.stream()
                .filter(endpoint -> endpoint.isWired() && !endpoint.isPortOfBridge() && !endpoint.isRemote())
                .toList();
        if (!netns.isEmpty() && !inside.isEmpty()) {
            deleteInside(netns, inside);
        }
        if (!netns.isEmpty()) {
            gone.stream().filter(Endpoint::isRemote).forEach(endpoint -> given.giveBack(netns, endpoint));
        }
        gone.stream().filter(Endpoint::isPortOfBridge).map(Endpoint::veth).forEach(this::deleteLink);
    }

    private void deleteLink(String name) {
        try {
            host.link(name).map(Link::index).ifPresent(host::delete);
        } catch (LinuxException e) {
            // Gone in between: the kernel was quicker.
            if (!e.is(Errno.ENODEV)) {
                throw e;
            }
        }
    }

    /** A new namespace with its links, and a socket inside. */
    private Netlink create(String netns, List<Wire> wires) {
        // A plugin's links are fetched by way of other namespaces, which is not for a thread that is in one.
        boolean atOnce = wires.stream().noneMatch(wire -> wire.plug() instanceof Plug.Given);
        if (!atOnce) {
            createNew(netns, namespace -> true);
            makePairs(netns, wires);
            return open(netns, wires);
        }
        List<LinkSetting> settings = LinkSetting.of(wires);
        return createNew(netns, namespace -> {
            wires.forEach(wire -> makeLink(netns, wire, namespace));
            return opened(settings);
        });
    }

    private <T> T createNew(String netns, Function<Fd, T> work) {
        try {
            return namespaces.create(netns, work);
        } catch (LinuxException e) {
            // That of a link is another matter, and has left no file.
            if (!e.is(Errno.EEXIST) || !Files.exists(Path.of(netns))) {
                throw e;
            }
            // Left by an earlier boot, or by a join that was cut short: nobody has recorded it any more.
            namespaces.delete(netns);
            return namespaces.create(netns, work);
        }
    }

    @Override
    public void close() {
        host.close();
    }
}
