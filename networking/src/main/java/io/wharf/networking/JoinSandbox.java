package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.KernelLedger;
import io.wharf.base.Layout;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MacAddress;
import io.wharf.linux.Pools;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/**
 * Gives a container its network: address and ports are chosen, the whole is written down, then made, in one go on one
 * pool thread. What fails is undone and leaves nothing.
 */
final class JoinSandbox {
    private static final int VETH_DIGITS = 10;

    private final Networks networks;
    private final Layout layout;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;

    JoinSandbox(Networks networks, Layout layout, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.layout = layout;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    Future<Sandbox> run(JoinNetworks request) {
        return networks.lanes()
                .run(
                        request.containerId(),
                        () -> networks.member(request.containerId())
                                .map(Future::succeededFuture)
                                .orElseGet(() -> make(request))
                                .map(membership -> Views.sandbox(membership, networks)));
    }

    private Future<Membership> make(JoinNetworks request) {
        Undo undo = new Undo();
        return undo.guard(Future.succeededFuture(request)
                .map(asked -> plan(asked, undo))
                .compose(membership -> {
                    undo.push("network of " + request.name(), () -> unmake(membership));
                    return ledger.record(membership.record())
                            .compose(recorded -> wire(membership))
                            .map(wired -> membership);
                })
                .onSuccess(networks::put));
    }

    private Membership plan(JoinNetworks request, Undo undo) {
        Attachments attachments = new Attachments(networks);
        return switch (attachments.place(request)) {
            case Attachments.Place.OfContainer other -> shared(request, attachments.sharing(other.ref()));
            case Attachments.Place.InNetwork place ->
                switch (place.network().driver().kind()) {
                    case HOST -> member(request, "", bare(place), List.of());
                    case NONE -> member(request, netns(request), bare(place), List.of());
                    case BRIDGE -> bridged(request, place, undo);
                    case MACVLAN, IPVLAN, REMOTE ->
                        throw WharfException.notImplemented(
                                "networks of the driver " + place.network().driver() + " are not supported yet");
                };
        };
    }

    private String netns(JoinNetworks request) {
        return layout.netns(request.containerId()).toString();
    }

    private static Membership shared(JoinNetworks request, Membership owner) {
        return new Membership(
                request.containerId(),
                request.name(),
                Ids.random(),
                "",
                owner.sharedWith().isEmpty() ? owner.containerId() : owner.sharedWith(),
                List.of(),
                List.of(),
                List.of());
    }

    private static Endpoint bare(Attachments.Place.InNetwork place) {
        return new Endpoint(Ids.random(), place.network().id(), "", "", "", place.asked());
    }

    private static Membership member(JoinNetworks request, String netns, Endpoint endpoint, List<PublishedPort> ports) {
        return new Membership(
                request.containerId(),
                request.name(),
                Ids.random(),
                netns,
                "",
                List.of(endpoint),
                ports,
                endpoint.isWired() ? Attachments.shownPorts(request) : List.of());
    }

    private Membership bridged(JoinNetworks request, Attachments.Place.InNetwork place, Undo undo) {
        Bridge bridge = networks.bridge(place.network().id())
                .orElseThrow(() ->
                        WharfException.internal("network " + place.network().name() + " has no bridge"));
        List<WantedPort> wanted =
                WantedPort.parse(request.exposedPorts(), request.portBindings(), request.publishAll());
        Endpoint endpoint = endpoint(request, bridge, place.asked());
        undo.push("address", () -> {
            bridge.addresses().release(endpoint.inet());
            return Future.succeededFuture();
        });
        List<PublishedPort> ports = ports(request, endpoint, wanted);
        undo.push("ports", () -> {
            networks.ports().release(ports);
            return Future.succeededFuture();
        });
        return member(request, netns(request), endpoint, ports);
    }

    private static Endpoint endpoint(JoinNetworks request, Bridge bridge, EndpointConfig asked) {
        MacAddress wanted = Attachments.hardwareAddress(request, asked);
        var addresses = asked.ipamConfig();
        String fixed = addresses == null ? "" : Objects.requireNonNullElse(addresses.ipv4Address(), "");
        AddressSpace space = bridge.addresses();
        InetAddress address = fixed.isEmpty() ? space.take(Family.V4) : space.take(Ip.parse(fixed));
        MacAddress mac = wanted == null ? Bridge.macOf(address) : wanted;
        String id = Ids.random();
        String veth = "veth" + id.substring(0, VETH_DIGITS);
        String cidr = space.poolOf(address).orElseThrow().subnet().cidr(address);
        return new Endpoint(id, bridge.network().id(), cidr, mac.toString(), veth, asked);
    }

    private List<PublishedPort> ports(JoinNetworks request, Endpoint endpoint, List<WantedPort> wanted) {
        try {
            return networks.ports().take(wanted);
        } catch (WharfException e) {
            throw new WharfException(
                    e.kind(),
                    "driver failed programming external connectivity on endpoint " + request.name() + " ("
                            + endpoint.id() + "): " + e.getMessage(),
                    e);
        }
    }

    /** Takes away what was made of it; the record goes last, and stays where something else does. */
    private Future<Void> unmake(Membership membership) {
        return pools.runUrgently(() -> {
                    kernel.firewall().withdraw(Networks.rules(membership));
                    kernel.wiring().remove(membership);
                })
                .compose(gone -> ledger.strike(Membership.KIND, membership.key()));
    }

    private Future<Void> wire(Membership membership) {
        if (!membership.ownsNamespace()) {
            return Future.succeededFuture();
        }
        List<PortRule> rules = Networks.rules(membership);
        Endpoint endpoint = membership.endpoints().getFirst();
        Bridge bridge = networks.bridge(endpoint.networkId()).orElse(null);
        return pools.run(() -> {
                    if (bridge == null) {
                        kernel.wiring().isolate(membership.netns());
                    } else {
                        kernel.wiring().connect(membership.netns(), endpoint, bridge, !rules.isEmpty());
                        kernel.firewall().publish(rules);
                    }
                })
                .recover(failure -> Future.failedFuture(
                        failure instanceof LinuxException refused
                                ? WharfException.internal(
                                        "failed to set up container networking: " + refused.getMessage(), refused)
                                : failure));
    }
}
