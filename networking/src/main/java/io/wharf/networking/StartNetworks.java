package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.linux.Pools;
import io.wharf.networking.address.AddressPool;
import io.wharf.networking.address.AddressSpace;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings the networks up: the predefined ones are there, the default bridge stands, who was in it still is, and all rules
 * are written in one transaction.
 */
final class StartNetworks {
    static final String NO_BRIDGE = "none";
    static final String KIND_BRIDGE = "bridge";
    static final String KIND_TABLE = "nftables";

    private final Networks networks;
    private final EngineOptions options;
    private final Store store;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    private final ForwardGuard guard;

    StartNetworks(
            Networks networks,
            EngineOptions options,
            Store store,
            KernelLedger ledger,
            Kernel kernel,
            Pools pools,
            ForwardGuard guard) {
        this.networks = networks;
        this.options = options;
        this.store = store;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
        this.guard = guard;
    }

    Future<Void> run() {
        return NetworkTable.load(store)
                .compose(stored -> {
                    stored.stream()
                            .filter(network -> !network.name().equals(Network.BRIDGE) || hasBridge())
                            .forEach(networks::put);
                    return predefine(Network.HOST, Driver.HOST)
                            .compose(host -> predefine(Network.NONE, Driver.NONE))
                            .compose(none -> hasBridge() ? predefine(Network.BRIDGE, Driver.BRIDGE) : none());
                })
                .compose(known -> pools.run(() -> {
                    Files.createDirectories(
                            Objects.requireNonNull(options.layout().netns("x").getParent()));
                }))
                .compose(ready -> hasBridge() ? bringUp() : Future.succeededFuture())
                .compose(up -> ledger.ofKind(Membership.KIND))
                .compose(members -> {
                    members.forEach(member -> networks.adopt(Json.read(member.detail(), Membership.class)));
                    return hasBridge() && options.iptables() ? writeRules() : Future.succeededFuture();
                });
    }

    private boolean hasBridge() {
        return !options.bridge().equals(NO_BRIDGE);
    }

    private static Future<Network> none() {
        return Future.succeededFuture();
    }

    private Future<Network> predefine(String name, Driver driver) {
        return networks.named(name).map(Future::succeededFuture).orElseGet(() -> {
            Map<String, String> shown =
                    driver.kind() == Driver.Kind.BRIDGE ? Network.defaultBridgeOptions(options.bridge()) : Map.of();
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

    /** Makes the default bridge, or finds it as it was left. */
    private Future<Void> bringUp() {
        Network network = networks.get(Network.BRIDGE);
        String name = options.bridge();
        BridgeLink link = new BridgeLink(kernel.netlink());
        return pools.call(() -> {
                    BridgeLink.forward();
                    return link.plan(name, options.bip(), earlier(network.ipam()));
                })
                .compose(plan -> ownership(name, network, plan)
                        .compose(recorded -> pools.call(() -> link.make(name, plan, network.mtu())))
                        .compose(index -> agree(network, plan)
                                .onSuccess(agreed -> networks.put(new Bridge(agreed, index, space(agreed, plan))))))
                .mapEmpty();
    }

    private static AddressSpace space(Network network, BridgeLink.Plan plan) {
        AddressPool pool = new AddressPool(plan.subnet(), null, plan.gateway(), List.of(), network.name());
        return new AddressSpace(List.of(pool), network.name());
    }

    /** A bridge that somebody else made is used, and never taken away. */
    private Future<Void> ownership(String name, Network network, BridgeLink.Plan plan) {
        return plan.index() == 0
                ? ledger.record(new KernelObject(KIND_BRIDGE, name, network.id(), ""))
                : Future.succeededFuture();
    }

    private Future<Network> agree(Network network, BridgeLink.Plan plan) {
        Network agreed = network.with(
                Network.ipam(plan.subnet(), plan.gateway()), Network.defaultBridgeOptions(options.bridge()));
        return agreed.equals(network) ? Future.succeededFuture(network) : keep(agreed);
    }

    /** The host's address as it was, with its prefix. */
    private static @Nullable String earlier(Ipam ipam) {
        Optional<IpamConfig> config = ipam.config().stream().findFirst();
        return config.map(one -> one.gateway()
                        + Objects.requireNonNull(one.subnet())
                                .substring(one.subnet().indexOf('/')))
                .orElse(null);
    }

    private Future<Void> writeRules() {
        List<BridgeRule> bridges = networks.bridges().stream().map(Bridge::rule).toList();
        List<PortRule> ports = networks.members().stream()
                .flatMap(member -> Networks.rules(member).stream())
                .toList();
        String name = options.bridge();
        return ledger.record(new KernelObject(
                        KIND_TABLE, name, networks.get(Network.BRIDGE).id(), ""))
                .compose(recorded -> pools.run(() -> kernel.firewall().install(bridges, ports)))
                .compose(written -> guard.look());
    }
}
