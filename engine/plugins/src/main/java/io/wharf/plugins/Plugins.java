package io.wharf.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.WharfException;
import io.wharf.linux.Pools;
import io.wharf.plugins.FindPlugins.Found;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins of the host. Confined to the context that made it.
 *
 * <p>Each use looks the name up again, so one that comes back under a new socket is activated anew. One that does not
 * answer is left out of lists for a while; who asks for it by its name tries it again.
 */
public final class Plugins {
    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    private static final Duration ACTIVATION = Duration.ofSeconds(2);
    private static final Duration DOWN = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final Pools pools;
    private final List<String> folders;
    private final Map<String, Known> known = new HashMap<>();
    private @Nullable Transports transports;

    /** What was tried with a plugin. */
    private static final class Known {
        final Found found;
        Future<Plugin> activation = Future.failedFuture("not tried yet");
        long downUntil = System.nanoTime();

        Known(Found found) {
            this.found = found;
        }

        boolean isDown() {
            return activation.failed() && System.nanoTime() - downUntil < 0;
        }
    }

    /** Looks into these folders, in this order. */
    public Plugins(Vertx vertx, Pools pools, List<String> folders) {
        this.vertx = vertx;
        this.pools = pools;
        this.folders = List.copyOf(folders);
    }

    /**
     * One by its name: NOT_FOUND where there is none, UNAVAILABLE where it does not answer.
     *
     * @param kind what it must be, such as {@code VolumeDriver}
     */
    public Future<Plugin> get(String name, String kind) {
        if (folders.isEmpty()) {
            return Future.failedFuture(notFound(name));
        }
        return pools.call(() -> new FindPlugins(folders).byName(name))
                .compose(found -> found.map(this::activated).orElseGet(() -> {
                    known.remove(name);
                    return Future.failedFuture(notFound(name));
                }))
                .map(plugin -> {
                    if (!plugin.is(kind)) {
                        throw WharfException.internal("Plugin does not implement the requested driver");
                    }
                    return plugin;
                });
    }

    /** All of a kind that are there and answer, by name. */
    public Future<List<Plugin>> all(String kind) {
        if (folders.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return pools.call(() -> new FindPlugins(folders).all()).compose(all -> {
            Set<String> names = new LinkedHashSet<>();
            all.forEach(found -> names.add(found.name()));
            known.keySet().removeIf(name -> !names.contains(name));
            List<Future<Plugin>> wanted = new ArrayList<>();
            for (Found found : all) {
                Known one = known(found);
                if (!one.isDown()) {
                    wanted.add(activated(found));
                }
            }
            return Future.join(wanted)
                    .otherwiseEmpty()
                    .map(done -> wanted.stream()
                            .filter(Future::succeeded)
                            .map(Future::result)
                            .filter(plugin -> plugin.is(kind))
                            .toList());
        });
    }

    /** Ends all connections. */
    public void close() {
        if (transports != null) {
            transports.close();
        }
    }

    private static WharfException notFound(String name) {
        return WharfException.notFound("plugin \"" + name + "\" not found");
    }

    private Known known(Found found) {
        Known before = known.get(found.name());
        if (before != null && before.found.identity().equals(found.identity())) {
            return before;
        }
        Known fresh = new Known(found);
        known.put(found.name(), fresh);
        return fresh;
    }

    /** As it was activated before; else it is tried now, once for all who ask. */
    private Future<Plugin> activated(Found found) {
        Known one = known(found);
        if (!one.activation.failed()) {
            return one.activation;
        }
        PluginCalls calls = calls(found.address());
        one.activation = calls.call("Plugin.Activate", Map.of(), ACTIVATION)
                .map(answer -> new Plugin(found.name(), kinds(answer), calls, failure -> down(one, failure)))
                .onFailure(failure -> down(one, failure));
        return one.activation;
    }

    private void down(Known one, Throwable failure) {
        if (!one.isDown()) {
            LOG.warn(
                    "plugin {} does not answer and is left out of lists for {} s: {}",
                    one.found.name(),
                    DOWN.toSeconds(),
                    failure.getMessage());
        }
        one.downUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(DOWN.toSeconds());
        if (one.activation.isComplete()) {
            one.activation = Future.failedFuture(failure);
        }
    }

    private static Set<String> kinds(JsonNode answer) {
        Set<String> kinds = new LinkedHashSet<>();
        answer.path("Implements").forEach(kind -> kinds.add(kind.asText()));
        return kinds;
    }

    private PluginCalls calls(PluginAddress address) {
        if (transports == null) {
            transports = new Transports(vertx);
        }
        return new PluginCalls(vertx, transports.client(address.tls()), address);
    }
}
