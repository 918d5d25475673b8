package io.wharf.networking;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.base.Event;
import io.wharf.base.KernelLedger;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.FirewallOptions;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.KeptSandbox;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.Services;
import io.wharf.linux.Pools;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The networks verticle on its own Vert.x and databases, asked as other rooms ask it. */
final class Engine implements AutoCloseable {
    final List<Event> events = new CopyOnWriteArrayList<>();
    final Layout layout;
    final KernelLedger ledger;
    final NetworkService service;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final Store store;
    private final Pools pools = new Pools(4, 2);

    private Engine(EngineOptions options) {
        layout = options.layout();
        store = Store.open(layout.database(), Store.Durability.PROCESS, List.of(NetworksVerticle.schema()));
        store.onCommit(events::addAll);
        ledger = KernelLedger.open(layout.ledger(), options.bootId());
        Services.prepare(vertx);
        service = Services.client(vertx, NetworkService.class);
        try {
            await(vertx.deployVerticle(new NetworksVerticle(options, store, ledger, pools)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    static Engine start(Path folder) {
        return start(folder, "wharf0", null, true);
    }

    static Engine start(Path folder, String bridge, @Nullable String bip, boolean iptables) {
        return new Engine(options(folder, bridge, bip, iptables));
    }

    /** One whose containers on the default bridge may talk to each other, or not. */
    static Engine startWithIcc(Path folder, boolean icc) {
        EngineOptions usual = options(folder, "wharf0", null, true);
        FirewallOptions firewall = FirewallOptions.usual(true);
        return new Engine(new EngineOptions(
                usual.hosts(),
                usual.layout(),
                usual.bridge(),
                usual.bip(),
                usual.iptables(),
                usual.storageDriver(),
                usual.storageOptions(),
                usual.registries(),
                usual.runtimes(),
                usual.defaultRuntime(),
                usual.execOptions(),
                usual.debug(),
                usual.bootId(),
                usual.version(),
                usual.logs(),
                usual.defaults(),
                usual.imageLimits(),
                usual.space(),
                usual.pluginFolders(),
                new FirewallOptions(
                        firewall.ip6tables(),
                        firewall.ipForward(),
                        firewall.keepApart(),
                        firewall.ipMasquerade(),
                        icc,
                        firewall.hostIp(),
                        firewall.directRouting(),
                        firewall.acceptMark(),
                        firewall.userlandProxy()),
                usual.networks(),
                usual.sinks(),
                usual.listeners(),
                usual.events()));
    }

    private static EngineOptions options(Path folder, String bridge, @Nullable String bip, boolean iptables) {
        return new EngineOptions(
                List.of(),
                new Layout(folder.resolve("data"), folder.resolve("exec")),
                bridge,
                bip,
                iptables,
                null,
                List.of(),
                List.of(),
                Map.of(),
                null,
                Map.of(),
                false,
                "boot-1",
                "0");
    }

    /** A request with the shortest of words: {@code 8080:80/tcp} or {@code 127.0.0.1:8080:80/tcp} a port. */
    static JoinNetworks request(String id, String mode, String... ports) {
        Map<String, List<PortBinding>> bindings = new java.util.LinkedHashMap<>();
        for (String port : ports) {
            String[] parts = port.split(":(?![^\\[]*])");
            String ip = parts.length == 3 ? parts[0] : "";
            bindings.merge(
                    parts[parts.length - 1],
                    List.of(new PortBinding(ip, parts[parts.length - 2])),
                    (a, b) -> java.util.stream.Stream.concat(a.stream(), b.stream())
                            .toList());
        }
        return new JoinNetworks(id, "name-" + id, mode, id, null, NetworkingConfig.NONE, List.of(), bindings, false);
    }

    Sandbox join(String id, String mode, String... ports) {
        return await(service.join(request(id, mode, ports)));
    }

    /** A container as it would be told of at the next start. */
    static KeptSandbox kept(String name, Sandbox sandbox) {
        return new KeptSandbox(
                name,
                sandbox.endpoints().values().stream()
                        .map(endpoint -> endpoint.endpointId())
                        .collect(Collectors.toUnmodifiableSet()),
                sandbox.ports());
    }

    void leave(String id) {
        await(service.leave(id));
    }

    static Peer inside(Sandbox sandbox) {
        return new Peer(sandbox.netnsPath());
    }

    static String address(Sandbox sandbox) {
        return Objects.requireNonNull(sandbox.endpoints().get("bridge")).ipAddress();
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Ends the engine in order. */
    @Override
    public void close() {
        await(vertx.close());
        pools.close();
        store.close();
        ledger.close();
    }
}
