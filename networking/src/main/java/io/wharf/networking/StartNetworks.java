package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.EngineOptions;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.networking.BridgeLink.Present;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Subnet;
import io.wharf.networking.firewall.BridgeRule;
import io.wharf.networking.firewall.ForwardGuard;
import io.wharf.networking.firewall.PortRule;
import io.wharf.networking.vlan.ParentLink;
import io.wharf.networking.vlan.ParentOptions;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the networks up: the predefined ones are there, all bridges stand, what was half made is gone, who was in them
 * still is, and all rules are written in one transaction. What there is, is asked of the kernel once for all.
 */
final class StartNetworks {
    static final String NO_BRIDGE = "none";
    static final String KIND_LINK = "bridge";
    static final String KIND_TABLE = "nftables";

    private static final Logger LOG = LoggerFactory.getLogger(StartNetworks.class);

    private final Networks networks;
    private final EngineOptions options;
    private final Store store;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    private final ForwardGuard guard;
    private final LeavingLinks leaving;

    StartNetworks(
            Networks networks,
            EngineOptions options,
            Store store,
            KernelLedger ledger,
            Kernel kernel,
            Pools pools,
            ForwardGuard guard,
            LeavingLinks leaving) {
        this.networks = networks;
        this.options = options;
        this.store = store;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
        this.guard = guard;
        this.leaving = leaving;
    }

    /** What the host has, and what of it the engine has made: name of the link to id of the network. */
    private record Found(Present present, HostRoutes routes, Map<String, String> recorded) {}

    /** A network whose addresses are known, and its link soon. */
    private record Coming(Network network, AddressSpace space) {}

    /**
     * Does all of it.
     *
     * @param table what is stored of them, maybe still to come
     */
    Future<Void> run(Future<List<Network>> table) {
        return table.compose(stored -> {
                    stored.stream()
                            .filter(network -> !network.isDefaultBridge() || hasBridge())
                            .forEach(networks::put);
                    return predefine(Network.HOST, Driver.HOST)
                            .compose(host -> predefine(Network.NONE, Driver.NONE))
                            .compose(none -> hasBridge() ? predefine(Network.BRIDGE, Driver.BRIDGE) : none());
                })
                .compose(known -> ledger.ofKind(KIND_LINK))
                .compose(recorded -> pools.call(() -> find(recorded)))
                .compose(found -> bringUp(found)
                        .compose(up -> ledger.ofKind(Membership.KIND))
                        .compose(members -> {
                            members.forEach(member -> networks.adopt(Json.read(member.detail(), Membership.class)));
                            return networks.naming().restore(networks.members());
                        })
                        .compose(named -> keepApart(found)))
                .compose(apart -> writeRules());
    }

    private boolean hasBridge() {
        return !options.bridge().equals(NO_BRIDGE);
    }

    private static Future<Network> none() {
        return Future.succeededFuture();
    }

    private Future<Network> predefine(String name, Driver driver) {
        return networks.named(name).map(Future::succeededFuture).orElseGet(() -> {
            Map<String, String> shown = driver.kind() == Driver.Kind.BRIDGE
                    ? Network.defaultBridgeOptions(
                            options.bridge(),
                            options.firewall(),
                            options.networks().mtu())
                    : Map.of();
            return keep(Network.predefined(Ids.random(), name, Times.nowNanos(), driver, shown));
        });
    }

    private Future<Network> keep(Network network) {
        return store.write(tx -> {
                    NetworkTable.put(tx, network);
                    return network;
                })
                .onSuccess(networks::put);
    }

    private Found find(List<KernelObject> recorded) throws java.io.IOException {
        Files.createDirectories(
                Objects.requireNonNull(options.layout().netns("x").getParent()));
        boolean bridges = networks.all().stream().anyMatch(network -> isBridge(network) || network.hasParent());
        if (!bridges && recorded.isEmpty()) {
            return new Found(Present.NOTHING, new HostRoutes(List.of()), Map.of());
        }
        return new Found(
                new BridgeLink(kernel.netlink()).everything(),
                HostRoutes.readWithAddresses(kernel.netlink()),
                recorded.stream().collect(Collectors.toMap(KernelObject::key, KernelObject::owner)));
    }

    private static boolean isBridge(Network network) {
        return network.driver().kind() == Driver.Kind.BRIDGE;
    }

    /** Makes the bridges, or finds them as they were left; takes away those of networks that never came to be. */
    private Future<Void> bringUp(Found found) {
        List<Coming> coming = new ArrayList<>();
        for (Network network : List.copyOf(networks.all())) {
            if (!network.isPredefined() && !network.configOnly()) {
                coming.add(claim(network));
            }
        }
        orphans(found);
        return (hasBridge() ? decide(found).map(this::claim) : Future.<Coming>succeededFuture()).compose(first -> {
            if (first != null) {
                coming.addFirst(first);
            }
            List<Coming> bridges =
                    coming.stream().filter(one -> isBridge(one.network)).toList();
            List<Network> orphaned = coming.stream()
                    .map(Coming::network)
                    .filter(Network::hasParent)
                    .filter(network -> !found.present
                            .links()
                            .containsKey(network.parentOptions().parent()))
                    .toList();
            return record(bridges, orphaned, found)
                    .compose(recorded -> pools.call(() -> {
                        parents(orphaned);
                        return raise(bridges, found);
                    }))
                    .onSuccess(raised -> raised.forEach(networks::put))
                    .mapEmpty();
        });
    }

    private Coming claim(Network network) {
        AddressSpace space = ChooseSubnets.space(network);
        networks.claims().take(network, space);
        return new Coming(network, space);
    }

    /** The default bridge's subnet may be another than before. */
    private Future<Network> decide(Found found) {
        Network network = networks.get(Network.BRIDGE);
        Map<Subnet, String> inUse = new HashMap<>(found.routes.inUse());
        inUse.putAll(networks.claims().subnets());
        Network decided = DefaultBridge.decide(
                network,
                options,
                DefaultSubnets.ofDefaultBridge(options),
                () -> DefaultSubnets.ofNetworks(options),
                found.present,
                inUse);
        return decided.equals(network) ? Future.succeededFuture(network) : keep(decided);
    }

    /** Links whose networks are not there any more go behind everybody's back, for each takes a while. */
    private void orphans(Found found) {
        Set<String> known = networks.all().stream().map(Network::id).collect(Collectors.toSet());
        List<String> orphans = found.recorded.entrySet().stream()
                .filter(link -> !known.contains(link.getValue()))
                .map(Map.Entry::getKey)
                .filter(name -> !networks.claims().hasLink(name))
                .toList();
        if (!orphans.isEmpty()) {
            LOG.info("Clearing links of networks that are not, or no longer: {}", orphans);
            leaving.addOrphans(orphans);
        }
    }

    /** A bridge that somebody else made is used, and never taken away. */
    private Future<Void> record(List<Coming> bridges, List<Network> orphaned, Found found) {
        List<KernelObject> missing = new ArrayList<>();
        bridges.stream()
                .map(Coming::network)
                .filter(network -> !found.present.links().containsKey(network.link()))
                .forEach(network -> missing.add(new KernelObject(KIND_LINK, network.link(), network.id(), "")));
        orphaned.forEach(network ->
                missing.add(new KernelObject(KIND_LINK, network.parentOptions().parent(), network.id(), "")));
        return missing.isEmpty() ? Future.succeededFuture() : ledger.record(missing);
    }

    /** Parents that were ours to make, and are gone with the last boot. */
    private void parents(List<Network> orphaned) {
        ParentLink parent = new ParentLink(kernel.netlink());
        for (Network network : orphaned) {
            ParentOptions options = network.parentOptions();
            try {
                if (!parent.exists(options)) {
                    parent.make(options);
                }
            } catch (LinuxException | WharfException e) {
                LOG.warn("Network {} has no parent: {}", network.name(), e.getMessage());
            }
        }
    }

    private List<Bridge> raise(List<Coming> bridges, Found found) {
        BridgeLink links = new BridgeLink(kernel.netlink());
        List<Bridge> raised = new ArrayList<>();
        for (Coming one : bridges) {
            String link = one.network.link();
            // An administrator's bridge keeps what it has of addresses.
            boolean ours =
                    found.recorded.containsKey(link) || !found.present.links().containsKey(link);
            try {
                int index = links.raise(
                        one.network,
                        one.space,
                        found.present,
                        ours,
                        kernel.firewall().covers(/* ipv6= */ false));
                raised.add(new Bridge(one.network, index, one.space));
            } catch (LinuxException | WharfException e) {
                if (one.network.isDefaultBridge()) {
                    throw e;
                }
                // The others are not to suffer from it; its containers say what is missing when they start.
                LOG.warn("Network {} has no bridge: {}", one.network.name(), e.getMessage());
            }
        }
        return raised;
    }

    /** Containers that run already talk to each other, or do not, as the default bridge is told now. */
    private Future<Void> keepApart(Found found) {
        AdoptedPorts ports = new AdoptedPorts(kernel.netlink(), networks, found.present.links());
        return ports.isNeeded() ? pools.run(ports::keepApart) : Future.succeededFuture();
    }

    /** All rules in one transaction, before the host passes anything on. */
    private Future<Void> writeRules() {
        List<BridgeRule> bridges = networks.bridges().stream().map(Bridge::rule).toList();
        List<PortRule> ports = networks.members().stream()
                .flatMap(member -> networks.rules(member).stream())
                .toList();
        boolean ipv6 = networks.bridges().stream()
                .anyMatch(bridge -> bridge.subnet(Family.V6).isPresent());
        PassOn passOn = new PassOn(options.firewall(), networks, ledger, kernel, pools);
        Future<Void> written = kernel.firewall().table().isEmpty()
                ? Future.succeededFuture()
                : ledger.record(new KernelObject(KIND_TABLE, options.bridge(), "", ""))
                        .compose(recorded -> passOn.known())
                        .compose(unrouted -> pools.run(() -> kernel.firewall().install(bridges, ports, unrouted)));
        Future<Void> passed =
                bridges.isEmpty() ? Future.succeededFuture() : written.compose(installed -> passOn.begin(ipv6, ""));
        return written.compose(installed -> passed).compose(on -> guard.look());
    }
}
