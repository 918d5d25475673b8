package io.wharf.networking.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.linux.Pools;
import io.wharf.networking.remote.RemoteEndpoint.Joined;
import io.wharf.networking.remote.RemoteEndpoint.StaticRoute;
import io.wharf.plugins.Plugin;
import io.wharf.plugins.Plugins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network drivers that are plugins. An endpoint is in the ledger before a plugin hears of it and until it has been told
 * that it is gone, so that a start tells of what was cut off. Confined to the context that made it.
 */
public final class RemoteDrivers {
    static final String KIND = "remote-endpoint";

    private static final Logger LOG = LoggerFactory.getLogger(RemoteDrivers.class);
    private static final String NETWORKS = "NetworkDriver";
    private static final Duration MAKE = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(10);
    private static final String GENERIC = "com.docker.network.generic";
    private static final String ENABLE_IPV6 = "com.docker.network.enable_ipv6";
    private static final String INTERNAL = "com.docker.network.internal";

    private final Plugins plugins;
    private final KernelLedger ledger;
    /** What the plugins have said of endpoints that are being made. */
    private final Map<String, Joined> joined = new HashMap<>();

    private final Set<String> ending = new HashSet<>();

    public RemoteDrivers(Vertx vertx, Pools pools, List<String> folders, KernelLedger ledger) {
        this.plugins = new Plugins(vertx, pools, folders);
        this.ledger = ledger;
    }

    /** Names of those that are there and answer. */
    public Future<List<String>> names() {
        return plugins.all(NETWORKS).map(all -> all.stream().map(Plugin::name).toList());
    }

    /** Tells a plugin of a network; NOT_FOUND where there is no such plugin. */
    public Future<Void> createNetwork(
            String driver,
            String id,
            Map<String, String> options,
            boolean internal,
            List<RemotePool> ipv4,
            List<RemotePool> ipv6) {
        Map<String, Object> told = new TreeMap<>();
        told.put(GENERIC, options);
        if (!ipv6.isEmpty()) {
            told.put(ENABLE_IPV6, true);
        }
        if (internal) {
            told.put(INTERNAL, true);
        }
        Map<String, Object> body = new TreeMap<>();
        body.put("NetworkID", id);
        body.put("Options", told);
        body.put("IPv4Data", ipv4.stream().map(RemotePool::body).toList());
        body.put("IPv6Data", ipv6.stream().map(RemotePool::body).toList());
        return plugins.get(driver, NETWORKS)
                .compose(plugin -> ask(plugin, "GetCapabilities", Map.of(), END)
                        .compose(able -> ask(plugin, "CreateNetwork", body, MAKE)))
                .<Void>mapEmpty()
                .recover(failure -> Future.failedFuture(plain(failure)));
    }

    /** Tells a plugin that a network is gone; one that does not hear it holds nobody up. */
    public Future<Void> deleteNetwork(String driver, String id) {
        return plugins.get(driver, NETWORKS)
                .compose(plugin -> ask(plugin, "DeleteNetwork", Map.of("NetworkID", id), END))
                .<Void>mapEmpty()
                .recover(failure -> {
                    LOG.warn(
                            "network {}: its plugin {} could not be told that it is gone: {}",
                            id,
                            driver,
                            failure.getMessage());
                    return Future.succeededFuture();
                });
    }

    /** Has a plugin make an endpoint and its link. What fails is for {@link #end}. */
    public Future<Joined> join(RemoteEndpoint wanted) {
        Map<String, Object> link = new TreeMap<>();
        link.put("Address", wanted.address());
        link.put("AddressIPv6", wanted.address6());
        link.put("MacAddress", wanted.mac());
        Map<String, Object> endpoint = both(wanted.networkId(), wanted.id());
        endpoint.put("Options", wanted.options());
        endpoint.put("Interface", link);
        Map<String, Object> join = both(wanted.networkId(), wanted.id());
        join.put("SandboxKey", wanted.sandbox());
        join.put("Options", Map.of());
        return ledger.record(new KernelObject(
                        KIND, wanted.id(), wanted.networkId(), wanted.driver() + " " + wanted.networkId()))
                .compose(recorded -> plugins.get(wanted.driver(), NETWORKS))
                .compose(plugin -> ask(plugin, "CreateEndpoint", endpoint, MAKE)
                        .compose(made -> ask(plugin, "Join", join, MAKE).map(answer -> joined(made, answer))))
                .onSuccess(answer -> joined.put(wanted.id(), answer))
                .recover(failure -> Future.failedFuture(plain(failure)));
    }

    private static Joined joined(JsonNode made, JsonNode answer) {
        List<StaticRoute> routes = new ArrayList<>();
        answer.path("StaticRoutes")
                .forEach(route -> routes.add(new StaticRoute(
                        route.path("Destination").asText(""),
                        route.path("NextHop").asText(""))));
        String source = answer.path("InterfaceName").path("SrcName").asText("");
        if (source.isEmpty()) {
            throw WharfException.internal("NetworkDriver.Join: no InterfaceName.SrcName");
        }
        return new Joined(
                source,
                made.path("Interface").path("MacAddress").asText(""),
                answer.path("Gateway").asText(""),
                answer.path("GatewayIPv6").asText(""),
                List.copyOf(routes));
    }

    /** Routes that the plugin wants for an endpoint that was joined in this life of the engine. */
    public List<StaticRoute> routes(String endpointId) {
        Joined answer = joined.get(endpointId);
        return answer == null ? List.of() : answer.routes();
    }

    /** Tells a plugin that an endpoint is gone; never fails, and a start tries again what did not get through. */
    public Future<Void> end(String driver, String networkId, String id) {
        joined.remove(id);
        if (!ending.add(id)) {
            return Future.succeededFuture();
        }
        Map<String, Object> both = both(networkId, id);
        return plugins.get(driver, NETWORKS)
                .compose(plugin ->
                        ask(plugin, "Leave", both, END).transform(left -> ask(plugin, "DeleteEndpoint", both, END)))
                .transform((answer, failure) -> {
                    ending.remove(id);
                    if (failure != null) {
                        LOG.warn(
                                "endpoint {}: its plugin {} could not be told that it is gone: {}",
                                id,
                                driver,
                                failure.getMessage());
                    }
                    boolean unheard = failure != null && isUnheard(failure);
                    return unheard ? Future.succeededFuture() : ledger.strike(KIND, id);
                });
    }

    private static boolean isUnheard(Throwable failure) {
        ErrorKind kind = WharfException.of(failure).kind();
        return kind == ErrorKind.UNAVAILABLE || kind == ErrorKind.NOT_FOUND;
    }

    /** After a start of the engine: tells of endpoints that nobody has. */
    public Future<Void> keepOnly(Set<String> endpointIds) {
        return ledger.ofKind(KIND)
                .compose(records -> Future.join(records.stream()
                                .filter(record -> !endpointIds.contains(record.key()))
                                .map(record -> {
                                    int space = record.detail().indexOf(' ');
                                    return end(
                                            record.detail().substring(0, space),
                                            record.detail().substring(space + 1),
                                            record.key());
                                })
                                .toList())
                        .mapEmpty());
    }

    public void close() {
        plugins.close();
    }

    private static Map<String, Object> both(String networkId, String id) {
        Map<String, Object> both = new TreeMap<>();
        both.put("NetworkID", networkId);
        both.put("EndpointID", id);
        return both;
    }

    private static Future<JsonNode> ask(Plugin plugin, String method, Map<String, ?> body, Duration limit) {
        return plugin.call(NETWORKS + "." + method, body, limit).map(answer -> {
            String refusal = answer.path("Err").asText("");
            if (!refusal.isEmpty()) {
                throw WharfException.internal("remote: " + refusal);
            }
            return answer;
        });
    }

    /** That there is no such plugin stays what it is; all else is one kind of failure. */
    private static WharfException plain(Throwable failure) {
        WharfException known = WharfException.of(failure);
        boolean missing = known.kind() == ErrorKind.NOT_FOUND
                && String.valueOf(known.getMessage()).startsWith("plugin ");
        return missing || known.kind() == ErrorKind.INTERNAL
                ? known
                : WharfException.internal(String.valueOf(known.getMessage()), known);
    }
}
