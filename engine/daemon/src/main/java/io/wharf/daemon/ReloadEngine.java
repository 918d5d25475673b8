package io.wharf.daemon;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Json;
import io.wharf.base.Store;
import io.wharf.contracts.AccessService;
import io.wharf.contracts.ContainerDefaults;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.RegistryOptions;
import io.wharf.contracts.RuntimeService;
import io.wharf.contracts.RuntimeService.RuntimeFacts;
import io.wharf.contracts.Services;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Takes what the configuration says now: in all rooms or in none, with dockerd's event in the journal. */
final class ReloadEngine {
    private final Store store;
    private final String engineId;
    private final RuntimeService runtimes;
    private final ImageService images;
    private final AccessService access;

    ReloadEngine(Vertx vertx, Store store, String engineId) {
        this.store = store;
        this.engineId = engineId;
        this.runtimes = Services.client(vertx, RuntimeService.class);
        this.images = Services.client(vertx, ImageService.class);
        this.access = Services.client(vertx, AccessService.class);
    }

    /** Completes when all have taken it and the event is kept; fails with everything as it was. */
    Future<Void> run(Told before, Told now) {
        return take(now.options())
                .compose(taken -> runtimes.runtimes())
                .compose(facts -> store.write(tx -> {
                    tx.announce("daemon", "reload", engineId, attributes(now, facts));
                    return facts;
                }))
                .<Void>mapEmpty()
                .recover(failure -> take(before.options()).transform(back -> Future.failedFuture(failure)));
    }

    /** First what may be refused. */
    private Future<Void> take(EngineOptions options) {
        return runtimes.adjust(options)
                .compose(adjusted -> access.authorizers(options.listeners().authorizationPlugins()))
                .compose(asked -> images.reach(options.registries()));
    }

    /** Names and forms are dockerd's, down to the way in which Go prints a map. */
    private static Map<String, String> attributes(Told now, RuntimeFacts facts) {
        RegistryOptions registries = now.options().registries();
        ContainerDefaults defaults = now.options().defaults();
        String usual = facts.cgroupVersion().equals("2") ? "private" : "host";
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("name", HostDescription.hostName());
        attributes.put("debug", String.valueOf(now.options().debug()));
        attributes.put("labels", list(now.labels()));
        attributes.put(
                "features",
                now.features().entrySet().stream()
                        .map(feature -> feature.getKey() + ":" + feature.getValue())
                        .collect(Collectors.joining(" ", "map[", "]")));
        attributes.put("live-restore", String.valueOf(now.liveRestore()));
        attributes.put("shutdown-timeout", String.valueOf(now.shutdownSeconds()));
        attributes.put("default-stop-timeout", String.valueOf(defaults.stopSeconds()));
        attributes.put("default-runtime", facts.defaultRuntime());
        attributes.put(
                "runtimes",
                new TreeMap<>(now.options().runtimes())
                        .entrySet().stream()
                                .map(runtime -> runtime.getKey() + ":" + runtime.getValue())
                                .collect(Collectors.joining(" ")));
        attributes.put("default-shm-size", String.valueOf(defaults.shmSize()));
        attributes.put("default-ipc-mode", defaults.ipcMode());
        attributes.put("default-cgroupns-mode", defaults.cgroupnsMode().isEmpty() ? usual : defaults.cgroupnsMode());
        attributes.put("max-concurrent-downloads", String.valueOf(registries.downloads()));
        attributes.put("max-concurrent-uploads", String.valueOf(registries.uploads()));
        attributes.put("max-download-attempts", String.valueOf(registries.attempts()));
        attributes.put("insecure-registries", list(registries.insecure()));
        attributes.put("registry-mirrors", list(registries.mirrors()));
        attributes.put("authorization-plugins", list(now.options().listeners().authorizationPlugins()));
        return attributes;
    }

    private static String list(List<String> items) {
        return new String(Json.writeBytes(items), StandardCharsets.UTF_8);
    }
}
