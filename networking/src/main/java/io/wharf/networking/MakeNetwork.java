package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.Store;
import io.wharf.base.Undo;
import io.wharf.contracts.NetworkService.CreateNetwork;
import io.wharf.contracts.NetworkService.CreatedNetwork;
import io.wharf.linux.Pools;
import io.wharf.networking.BridgeLink.Present;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.DefaultPools;
import io.wharf.networking.address.Family;
import io.wharf.networking.remote.RemotePool;
import io.wharf.networking.vlan.ParentLink;
import io.wharf.networking.vlan.ParentOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Makes a network: it is checked, gets its addresses, its link is written down and made, and when all stands, network and
 * event are one commit. What fails is undone and leaves nothing.
 */
final class MakeNetwork {
    private final Networks networks;
    private final Store store;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    private final DefaultPools subnets;
    private final LeavingLinks leaving;
    private final PassOn passOn;
    private final Map<String, Map<String, String>> usualOptions;

    MakeNetwork(
            Networks networks,
            Store store,
            KernelLedger ledger,
            Kernel kernel,
            Pools pools,
            DefaultPools subnets,
            LeavingLinks leaving,
            PassOn passOn,
            Map<String, Map<String, String>> usualOptions) {
        this.networks = networks;
        this.store = store;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
        this.subnets = subnets;
        this.leaving = leaving;
        this.passOn = passOn;
        this.usualOptions = usualOptions;
    }

    /** What the host has already: its routes, and perhaps the link. */
    private record Seen(HostRoutes routes, Present present) {}

    Future<CreatedNetwork> run(CreateNetwork request) {
        Network asked = new CheckNetwork(networks, usualOptions).check(request);
        networks.claims().name(asked.name());
        Undo undo = new Undo();
        Future<Network> made = asked.configOnly() ? keep(asked) : undo.guard(make(asked, undo));
        return made.onComplete(done -> networks.claims().unname(asked.name()))
                .map(network -> new CreatedNetwork(network.id(), warning(asked)));
    }

    private Future<Network> make(Network asked, Undo undo) {
        BridgeLink links = new BridgeLink(kernel.netlink());
        if (asked.hasParent()) {
            return atParent(asked, undo);
        }
        if (asked.driver().kind() == Driver.Kind.REMOTE) {
            return atPlugin(asked, undo);
        }
        return whatItMayWant(asked)
                .compose(
                        free -> pools.call(() -> new Seen(HostRoutes.read(kernel.netlink()), links.only(asked.link()))))
                .compose(seen -> {
                    int index = seen.present.links().values().stream()
                            .findFirst()
                            .map(link -> link.index())
                            .orElse(0);
                    Network network = claimed(asked, seen.routes, index, undo);
                    AddressSpace space = networks.claims().space(network.id()).orElseThrow();
                    return raise(network, space, seen.present, undo)
                            .compose(standing -> keep(network).onSuccess(kept -> networks.put(standing)));
                });
    }

    /** On a link of the host: only where that is a VLAN or a dummy that is not there yet, is there anything to make. */
    private Future<Network> atParent(Network asked, Undo undo) {
        ParentOptions options = asked.parentOptions();
        ParentLink parent = new ParentLink(kernel.netlink());
        return leaving.settled()
                .compose(free ->
                        pools.call(() -> new AtParent(HostRoutes.read(kernel.netlink()), parent.exists(options))))
                .compose(seen -> {
                    Network network = claimed(asked, seen.routes, 0, undo);
                    return (seen.exists ? Future.<Void>succeededFuture() : raiseParent(network, options, undo))
                            .compose(stands -> keep(network));
                });
    }

    /** By a plugin, which gets the addresses that the engine has chosen. */
    private Future<Network> atPlugin(Network asked, Undo undo) {
        String driver = asked.driver().word();
        return whatItMayWant(asked)
                .compose(free -> pools.call(() -> HostRoutes.read(kernel.netlink())))
                .compose(routes -> {
                    Network network = claimed(asked, routes, 0, undo);
                    return networks.remote()
                            .createNetwork(
                                    driver,
                                    network.id(),
                                    network.options(),
                                    network.internal(),
                                    remotePools(network, Family.V4),
                                    remotePools(network, Family.V6))
                            .compose(made -> {
                                undo.push(
                                        "network " + network.name() + " of " + driver,
                                        () -> networks.remote().deleteNetwork(driver, network.id()));
                                return keep(network);
                            });
                });
    }

    private static List<RemotePool> remotePools(Network network, Family family) {
        return network.configs(family).stream()
                .map(config -> {
                    String subnet = Objects.requireNonNull(config.subnet());
                    String gateway = config.gateway();
                    return new RemotePool(
                            subnet,
                            gateway == null || gateway.isEmpty() ? "" : gateway + subnet.substring(subnet.indexOf('/')),
                            config.auxiliaryAddresses());
                })
                .toList();
    }

    private record AtParent(HostRoutes routes, boolean exists) {}

    private Future<Void> raiseParent(Network network, ParentOptions options, Undo undo) {
        undo.push(
                "parent " + options.parent(),
                () -> pools.run(() -> new BridgeLink(kernel.netlink()).delete(List.of(options.parent())))
                        .compose(gone -> ledger.strike(StartNetworks.KIND_LINK, options.parent())));
        return ledger.record(new KernelObject(StartNetworks.KIND_LINK, options.parent(), network.id(), ""))
                .compose(recorded -> pools.run(() -> new ParentLink(kernel.netlink()).make(options)));
    }

    /** The network with its addresses, which nobody else gets from now on. */
    private Network claimed(Network asked, HostRoutes routes, int link, Undo undo) {
        Network network = new ChooseSubnets(
                        subnets, networks.claims().subnets(), routes.without(networks.bridgeLinks()), link)
                .complete(asked);
        networks.claims().take(network, ChooseSubnets.space(network));
        undo.push("addresses of " + network.name(), () -> {
            networks.claims().release(network);
            return Future.succeededFuture();
        });
        return network;
    }

    /** What was named may be what a removed network had a moment ago. */
    private Future<Void> whatItMayWant(Network asked) {
        boolean named = !asked.ipam().config().isEmpty() || asked.options().containsKey(BridgeOptions.LINK);
        return named ? leaving.settled() : Future.succeededFuture();
    }

    /** A link that is there already is used, and never taken away, unless an earlier network has left it behind. */
    private Future<Bridge> raise(Network network, AddressSpace space, Present present, Undo undo) {
        return present.bridge(network.link()).isEmpty()
                ? raise(network, space, present, true, undo)
                : ledger.ofKind(StartNetworks.KIND_LINK).compose(recorded -> {
                    boolean left = recorded.stream().anyMatch(link -> link.key().equals(network.link()));
                    return raise(network, space, present, left, undo);
                });
    }

    private Future<Bridge> raise(Network network, AddressSpace space, Present present, boolean ours, Undo undo) {
        String name = network.link();
        BridgeLink links = new BridgeLink(kernel.netlink());
        undo.push(
                "bridge " + name,
                () -> pools.run(() -> {
                            kernel.firewall().remove(List.of(name));
                            if (ours) {
                                links.delete(List.of(name));
                            }
                        })
                        .compose(gone -> ledger.strike(StartNetworks.KIND_LINK, name)));
        Future<Void> recorded = ours
                ? ledger.record(new KernelObject(StartNetworks.KIND_LINK, name, network.id(), ""))
                : Future.succeededFuture();
        return recorded.compose(done -> pools.call(() -> {
                    Bridge bridge = new Bridge(
                            network,
                            links.raise(
                                    network,
                                    space,
                                    present,
                                    ours,
                                    kernel.firewall().covers(/* ipv6= */ false)),
                            space);
                    FailurePoint.reach("network link");
                    kernel.firewall().add(bridge.rule());
                    FailurePoint.reach("network rules");
                    return bridge;
                }))
                .compose(bridge ->
                        passOn.begin(bridge.subnet(Family.V6).isPresent(), name).map(on -> bridge));
    }

    private Future<Network> keep(Network network) {
        return store.write(tx -> {
                    NetworkTable.put(tx, network);
                    tx.announce("network", "create", network.id(), network.attributes());
                    return network;
                })
                .onSuccess(networks::put);
    }

    /** What was named and is not used. */
    private static String warning(Network asked) {
        List<String> unused = new ArrayList<>();
        for (Family family : Family.values()) {
            if (!asked.has(family) && !asked.configs(family).isEmpty()) {
                unused.add(asked.configs(family).stream()
                                .map(config -> String.valueOf(config.subnet()))
                                .collect(Collectors.joining(", "))
                        + " is not used: " + family + " is not enabled on this network");
            }
        }
        return String.join("; ", unused);
    }
}
