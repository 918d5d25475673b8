package io.wharf.networking.dns;

import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.linux.EventLoops;
import io.wharf.linux.InetSockets;
import io.wharf.linux.NamespaceSockets;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Nftables;
import io.wharf.linux.Pools;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves names to containers, each by sockets of its own. Confined to the verticle's context. */
public final class Dns {
    /** What resolv.conf names. */
    public static final String SERVER = "127.0.0.11";

    private static final Logger LOG = LoggerFactory.getLogger(Dns.class);
    private static final long FIRST_WAIT_MILLIS = 250;

    private final Context context;
    private final KernelLedger ledger;
    private final Pools pools;
    private final Zones zones;
    private final NamespaceSockets sockets = new NamespaceSockets();
    private final HostServers host;
    private final Forwarding forwarding;
    private final Map<String, Open> open = new HashMap<>();
    /** Containers of the last engine's that could not be served yet. */
    private final Map<String, Again> missing = new HashMap<>();

    private record Open(Door door, Servers servers) {
        void close() {
            door.close();
            servers.close();
        }
    }

    public Dns(Context context, KernelLedger ledger, Pools pools, Zones zones) {
        this.context = context;
        this.ledger = ledger;
        this.pools = pools;
        this.zones = zones;
        this.host = new HostServers(pools, new Outlet(context, sockets, ""));
        this.forwarding = new Forwarding(() -> EventLoops.of(context));
    }

    /**
     * Serves a container from now on; one that is served already goes on as it is. Ends with {@link #close}, which comes
     * before its namespace is given up.
     *
     * @param netns path of its namespace, whose loopback is up
     * @param servers asked from there; empty for the host's, asked from the host
     * @param options of its resolv.conf; empty for the host's
     */
    public Future<Void> open(String containerId, String netns, List<String> servers, List<String> options) {
        boolean ledBefore = missing.containsKey(containerId);
        return callOff(containerId).compose(free -> {
            if (open.containsKey(containerId)) {
                return Future.succeededFuture();
            }
            Resolving wanted = new Resolving(containerId, netns, servers, options, 0, 0);
            return host.known()
                    .compose(known -> serve(wanted))
                    .compose(served -> lead(served, ledBefore ? served.rulesAnew() : served.rules())
                            .recover(e -> close(containerId).transform(closed -> Future.failedFuture(e))));
        });
    }

    /** Sockets first: they are what a container that runs waits for. */
    private Future<Resolving> serve(Resolving wanted) {
        return sockets.make(context, wanted.netns(), () -> Sockets.bind(wanted.udpPort(), wanted.tcpPort()))
                .compose(made -> {
                    Resolving served = wanted.at(InetSockets.port(made.udp()), InetSockets.port(made.tcp()));
                    Servers servers = servers(wanted);
                    String id = wanted.containerId();
                    Door door = new Door(
                            new Resolver(() -> zones.seenFrom(id), servers, ByteBufAllocator.DEFAULT, forwarding));
                    open.put(id, new Open(door, servers));
                    return door.open(EventLoops.of(context), made)
                            .onFailure(e -> forget(id))
                            .map(served);
                });
    }

    private Servers servers(Resolving wanted) {
        Outlet inside = new Outlet(context, sockets, wanted.netns());
        List<Upstream> own = wanted.servers().stream()
                // It would ask itself for ever.
                .filter(server -> !server.equals(SERVER))
                .distinct()
                .map(server -> new Upstream(InetAddress.ofLiteral(server), Upstream.PORT, inside))
                .toList();
        return new Servers(own, wanted.options(), host);
    }

    /** Rules first: where the ledger tells of ports, they lead there. */
    private Future<Void> lead(Resolving served, String rules) {
        return pools.run(() -> {
                    try (Nftables nft = Nftables.openIn(NetworkNamespaces.real(), served.netns())) {
                        nft.run(rules);
                    }
                })
                .compose(led -> ledger.record(served.record()));
    }

    /**
     * Serves again whom the last engine served, at the same ports where they are free; all others are forgotten. Whoever
     * cannot be served now is served as soon as that is possible.
     */
    public Future<Void> restore(Set<String> present) {
        return host.known()
                .compose(known -> ledger.ofKind(Resolving.KIND))
                .compose(records -> records.isEmpty()
                        ? Future.succeededFuture()
                        : Future.join(records.stream()
                                        .map(record -> present.contains(record.owner())
                                                ? restore(record)
                                                : ledger.strike(Resolving.KIND, record.key()))
                                        .toList())
                                .mapEmpty());
    }

    private Future<Void> restore(KernelObject record) {
        Resolving before = Json.read(record.detail(), Resolving.class);
        String id = before.containerId();
        return serve(before)
                .compose(now -> now.equals(before) ? Future.succeededFuture() : leadAnew(now))
                .recover(e -> {
                    LOG.warn("Names of {} are not answered yet: {}", id, e.getMessage());
                    forget(id);
                    missing.put(id, new Again(context, () -> serveAgain(before)).after(FIRST_WAIT_MILLIS));
                    return Future.succeededFuture();
                });
    }

    /** What failed may have led elsewhere before: so the rules are made anew in any case. */
    private Future<Void> serveAgain(Resolving before) {
        String id = before.containerId();
        return serve(before)
                .compose(this::leadAnew)
                .onSuccess(led -> {
                    missing.remove(id);
                    LOG.info("Names of {} are answered again", id);
                })
                .onFailure(e -> forget(id));
    }

    /** Nobody tries to serve this container any more when this has ended. */
    private Future<Void> callOff(String containerId) {
        Again trying = missing.remove(containerId);
        return trying == null ? Future.succeededFuture() : trying.callOff();
    }

    private boolean forget(String containerId) {
        Open ended = open.remove(containerId);
        if (ended != null) {
            ended.close();
        }
        return ended != null;
    }

    private Future<Void> leadAnew(Resolving now) {
        return ledger.record(now.at(0, 0).record()).compose(open -> lead(now, now.rulesAnew()));
    }

    /** Ends it for a container; none there is fine. */
    public Future<Void> close(String containerId) {
        boolean recorded = missing.containsKey(containerId);
        return callOff(containerId)
                .compose(free -> forget(containerId) || recorded
                        ? ledger.strike(Resolving.KIND, containerId)
                        : Future.succeededFuture());
    }

    /** Ends all, without a trace for the next engine to mind: it will serve all again. */
    public void stop() {
        missing.values().forEach(Again::callOff);
        missing.clear();
        open.values().forEach(Open::close);
        open.clear();
        host.close();
        sockets.close();
    }
}
