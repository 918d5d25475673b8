package io.wharf.networking;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.KernelLedger;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Filters;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.contracts.Services;
import io.wharf.linux.EventLoops;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Nftables;
import io.wharf.linux.Pools;
import io.wharf.linux.SmallFiles;
import io.wharf.networking.address.DefaultPools;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.firewall.Firewall;
import io.wharf.networking.firewall.ForeignChains;
import io.wharf.networking.firewall.ForwardGuard;
import io.wharf.networking.firewall.Forwarding;
import io.wharf.networking.firewall.Openings;
import io.wharf.networking.firewall.RulesWatch;
import io.wharf.networking.ports.HostPorts;
import io.wharf.networking.ports.Sockets;
import io.wharf.networking.remote.RemoteDrivers;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the networks: start, state and the way to each verb. */
public final class NetworksVerticle extends VerticleBase implements NetworkService {
    private static final Logger LOG = LoggerFactory.getLogger(NetworksVerticle.class);
    private static final String LEGACY_TABLES = "/proc/net/ip_tables_names";

    /** What there is only after the start. */
    private record Running(
            Kernel kernel, Departures departures, ForwardGuard guard, LeavingLinks leaving, RulesWatch watch) {}

    private final EngineOptions options;
    private final Store store;
    private final KernelLedger ledger;
    private final Pools pools;
    private final Networks networks;
    private @Nullable DefaultPools subnets;
    private @Nullable Running running;
    private volatile @Nullable BridgeClaim claim;
    private String firewall = "";

    public NetworksVerticle(EngineOptions options, Store store, KernelLedger ledger, Pools pools) {
        this.options = options;
        this.store = store;
        this.ledger = ledger;
        this.pools = pools;
        this.networks = new Networks(new HostPorts(new Sockets(
                options.iptables(),
                options.firewall().ip6tables(),
                options.firewall().userlandProxy(),
                () -> EventLoops.of(context))));
    }

    public static Schema schema() {
        return NetworkTable.SCHEMA;
    }

    @Override
    public Future<?> start() {
        // Whatever bridge there is, pools that cannot be are told now and not to the first who makes a network.
        DefaultSubnets.ofDefaultBridge(options);
        networks.naming().begin(context, ledger, pools, options.networks().dns());
        networks.openDirectly(options.firewall().directRouting());
        networks.begin(new RemoteDrivers(vertx, pools, options.pluginFolders(), ledger));
        Future<List<Network>> stored = NetworkTable.load(store);
        return pools.call(this::open)
                .compose(kernel -> {
                    ForwardGuard guard =
                            new ForwardGuard(vertx, networks::links, options.bridge(), ledger, kernel.foreign(), pools);
                    LeavingLinks leaving = new LeavingLinks(networks, ledger, kernel, pools);
                    RulesWatch watch = new RulesWatch(vertx, kernel.firewall(), guard, pools);
                    Departures departures = new Departures(vertx, networks, ledger, kernel, pools);
                    running = new Running(kernel, departures, guard, leaving, watch);
                    return new StartNetworks(networks, options, store, ledger, kernel, pools, guard, leaving)
                            .run(stored)
                            .compose(up -> departures.resume())
                            .onSuccess(started -> {
                                if (kernel.foreign() != null) {
                                    watch.start();
                                }
                            });
                })
                .onSuccess(started -> Services.serve(vertx, NetworkService.class, this))
                .onFailure(failed -> giveUpClaim());
    }

    @Override
    public Future<?> stop() {
        Running last = running;
        if (last == null) {
            return Future.succeededFuture();
        }
        last.watch.close();
        networks.remote().close();
        return last.departures
                .finish()
                .eventually(last.leaving::stop)
                .eventually(last.guard::close)
                .transform(done -> new StopNetworks(networks, ledger, last.kernel, pools, passOn(last.kernel)).run())
                .onComplete(stopped -> giveUpClaim());
    }

    /** Worked out when the first network is made: the seed of its IPv6 block is a digest, and costs a start some time. */
    private DefaultPools subnets() {
        DefaultPools known = subnets;
        if (known == null) {
            known = DefaultSubnets.ofNetworks(options);
            subnets = known;
        }
        return known;
    }

    private void giveUpClaim() {
        BridgeClaim held = claim;
        if (held != null) {
            held.close();
        }
    }

    private Kernel open() {
        if (!options.bridge().equals(StartNetworks.NO_BRIDGE)) {
            claim = BridgeClaim.take(options.bridge());
        }
        Netlink netlink = Netlink.open();
        Wiring wiring = new Wiring(NetworkNamespaces.real(), netlink);
        boolean ipv4 = options.iptables();
        boolean ipv6 = options.firewall().ip6tables();
        if (!ipv4 && !ipv6) {
            firewall = "none (--iptables=false)";
            return new Kernel(netlink, wiring, new Firewall.Off(), null);
        }
        Nftables nft = Nftables.open();
        firewall = "nftables" + legacy();
        return new Kernel(
                netlink,
                wiring,
                Firewall.open(
                        options.bridge(),
                        nft,
                        ipv4,
                        ipv6,
                        new Openings(
                                options.firewall().directRouting(),
                                options.firewall().acceptMark())),
                new ForeignChains(nft, options.bridge(), ipv4, ipv6));
    }

    /** The tables of iptables-legacy are out of nftables' sight: a drop there can be neither seen nor answered. */
    private static String legacy() {
        try {
            if (SmallFiles.read(LEGACY_TABLES).lines().anyMatch("filter"::equals)) {
                LOG.warn("This host has rules of iptables-legacy: if their FORWARD chain drops, containers are cut off"
                        + " from other hosts until it accepts the packets of the bridge");
                return " (beside iptables-legacy, whose FORWARD chain must accept the bridge)";
            }
        } catch (LinuxException e) {
            LOG.debug("No legacy iptables: {}", e.getMessage());
        }
        return "";
    }

    @Override
    public Future<List<NetworkDetail>> list(Filters filters) {
        return Future.succeededFuture(new ListNetworks(networks).run(filters));
    }

    @Override
    public Future<NetworkDetail> inspect(String ref, boolean verbose) {
        return Future.succeededFuture(Views.withContainers(networks.get(ref), networks));
    }

    @Override
    public Future<CreatedNetwork> create(CreateNetwork request) {
        Running now = running();
        return new MakeNetwork(
                        networks,
                        store,
                        ledger,
                        now.kernel,
                        pools,
                        subnets(),
                        now.leaving,
                        passOn(now.kernel),
                        options.networks().options())
                .run(request)
                .compose(made -> now.guard
                        .admit()
                        .onFailure(e -> LOG.warn("Packets of a new network may be dropped: {}", e.getMessage()))
                        .transform(seen -> Future.succeededFuture(made)));
    }

    @Override
    public Future<Void> remove(String ref) {
        Running now = running();
        return removing().run(ref).onSuccess(gone -> now.guard.lookAgain());
    }

    @Override
    public Future<List<String>> prune(Filters filters) {
        Running now = running();
        return new PruneNetworks(networks, store, removing()).run(filters).onSuccess(gone -> now.guard.lookAgain());
    }

    @Override
    public Future<Sandbox> join(JoinNetworks request) {
        Running now = running();
        return new JoinSandbox(networks, now.departures, options.layout(), ledger, now.kernel, pools)
                .run(request)
                .onSuccess(sandbox -> {
                    if (sandbox.endpoints().containsKey(Network.BRIDGE)) {
                        now.guard.lookAgain();
                    }
                });
    }

    @Override
    public Future<Sandbox> publish(JoinNetworks request) {
        return new ChangePorts(networks, ledger, running().kernel, pools).run(request);
    }

    @Override
    public Future<Void> leave(String containerId) {
        return leaving().run(containerId);
    }

    @Override
    public Future<Void> rename(String containerId, String name) {
        return new RenameMember(networks, ledger).run(containerId, name);
    }

    @Override
    public Future<Map<String, Sandbox>> keepSandboxesOf(Map<String, KeptSandbox> containers) {
        return new KeepSandboxes(networks, leaving(), disconnecting(), new RenameMember(networks, ledger))
                .run(containers);
    }

    @Override
    public Future<NetworkingConfig> check(JoinNetworks request) {
        return Future.succeededFuture(new Attachments(networks).check(request));
    }

    @Override
    public Future<Sandbox> connect(JoinNetworks container, String network, EndpointConfig asked) {
        return connecting().run(container, network, asked);
    }

    @Override
    public Future<Sandbox> planDisconnect(JoinNetworks container, String network) {
        return disconnecting().plan(container, network);
    }

    @Override
    public Future<Sandbox> disconnect(JoinNetworks container, String network) {
        return disconnecting().run(container, network);
    }

    @Override
    public Future<String> checkConnect(JoinNetworks container, String network, EndpointConfig asked) {
        return Future.succeededFuture(connecting().check(container, network, asked));
    }

    @Override
    public Future<Void> dropEndpoint(String network, String container) {
        return disconnecting().ofGone(network, container);
    }

    @Override
    public Future<List<String>> drivers() {
        return networks.remote()
                .names()
                .map(remote ->
                        Stream.concat(Driver.OWN.stream(), remote.stream()).toList());
    }

    @Override
    public Future<NetworkFacts> facts() {
        String gateway = networks.bridges().stream()
                .findFirst()
                .flatMap(bridge -> bridge.gateway(Family.V4))
                .map(Ip::text)
                .orElse("");
        return pools.call(() -> Forwarding.isOn(Family.V4))
                .map(forwarding -> new NetworkFacts(options.bridge(), firewall, forwarding, gateway));
    }

    private PassOn passOn(Kernel kernel) {
        return new PassOn(options.firewall(), networks, ledger, kernel, pools);
    }

    private RemoveNetwork removing() {
        return new RemoveNetwork(networks, store, running().leaving);
    }

    private ConnectEndpoint connecting() {
        Running now = running();
        return new ConnectEndpoint(networks, now.departures, ledger, now.kernel, pools);
    }

    private DisconnectEndpoint disconnecting() {
        Running now = running();
        return new DisconnectEndpoint(networks, now.departures, ledger, now.kernel, pools);
    }

    private LeaveSandbox leaving() {
        Running now = running();
        return new LeaveSandbox(networks, now.departures, now.kernel, pools);
    }

    private Running running() {
        return Objects.requireNonNull(running, "served before it was started");
    }
}
