package io.wharf.volumes.plugins;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.plugins.Plugin;
import io.wharf.volumes.drivers.VolumeDriver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The volumes of one plugin. Each mount is in the ledger before the plugin is asked for it and until it has been told that it
 * is over: a container that ends while the engine is away is taken back from it at the next start.
 */
final class PluginDriver implements VolumeDriver {
    static final String KIND = "volume-plugin-mount";

    /** For what may have to reach a server far away. */
    private static final Duration LONG = Duration.ofMinutes(2);

    private static final Duration SHORT = Duration.ofSeconds(10);

    /** Everybody who lists volumes waits for it, and who names one that is not there. */
    private static final Duration LIST = Duration.ofSeconds(4);

    private static final TypeReference<Map<String, Object>> ANYTHING = new TypeReference<>() {};

    private final Plugin plugin;
    private final String scope;
    private final KernelLedger ledger;

    PluginDriver(Plugin plugin, String scope, KernelLedger ledger) {
        this.plugin = plugin;
        this.scope = scope;
        this.ledger = ledger;
    }

    /** What a plugin says of its volumes' scope; one that cannot say has {@code local} ones. */
    static Future<String> scope(Plugin plugin) {
        return plugin.call("VolumeDriver.Capabilities", Map.of(), SHORT)
                .map(answer ->
                        answer.path("Capabilities").path("Scope").asText("").equalsIgnoreCase("global")
                                ? "global"
                                : "local")
                .otherwise("local");
    }

    @Override
    public String name() {
        return plugin.name();
    }

    @Override
    public String scope() {
        return scope;
    }

    @Override
    public Future<Void> create(String name, Map<String, String> options) {
        return ask("VolumeDriver.Create", Map.of("Name", name, "Opts", new TreeMap<>(options)), LONG)
                .mapEmpty();
    }

    @Override
    public Future<Void> undoCreate(String name, Map<String, String> options) {
        return ask("VolumeDriver.Remove", Map.of("Name", name), LONG).mapEmpty();
    }

    @Override
    public Future<Removal> remove(String name, Map<String, String> options) {
        return ask("VolumeDriver.Remove", Map.of("Name", name), LONG).map(Gone.INSTANCE);
    }

    /** What a plugin removes is gone: nothing is left to do, and nothing can be taken back. */
    private enum Gone implements Removal {
        INSTANCE;

        @Override
        public Future<Void> finish() {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> undo() {
            return Future.succeededFuture();
        }
    }

    @Override
    public String path(String name, Map<String, String> options) {
        return "";
    }

    @Override
    public Future<String> mount(String name, Map<String, String> options, String id, boolean first) {
        return ledger.record(new KernelObject(KIND, key(name, id), name, plugin.name() + " " + id))
                .compose(recorded -> ask("VolumeDriver.Mount", Map.of("Name", name, "ID", id), LONG))
                .map(answer -> answer.path("Mountpoint").asText(""))
                .compose(place -> place.startsWith("/")
                        ? Future.succeededFuture(place)
                        : Future.failedFuture(
                                WharfException.internal("VolumeDriver.Mount: \"" + place + "\" is no mountpoint")))
                .recover(failure -> notMounted(name, id, failure)
                        .transform(told -> Future.failedFuture(WharfException.internal(
                                "error while mounting volume '': "
                                        + WharfException.of(failure).getMessage(),
                                failure))));
    }

    @Override
    public Future<Void> unmount(String name, Map<String, String> options, String id, boolean last) {
        return ask("VolumeDriver.Unmount", Map.of("Name", name, "ID", id), LONG).compose(done -> strike(name, id));
    }

    /** One that has not answered may have mounted all the same; where it cannot be told now the next start does it. */
    private Future<Void> notMounted(String name, String id, Throwable failure) {
        return failure.getCause() instanceof WharfException known && known.kind() == ErrorKind.UNAVAILABLE
                ? ask("VolumeDriver.Unmount", Map.of("Name", name, "ID", id), LIST)
                        .compose(told -> strike(name, id))
                : strike(name, id);
    }

    private Future<Void> strike(String name, String id) {
        return ledger.strike(KIND, key(name, id));
    }

    private String key(String name, String id) {
        return plugin.name() + " " + name + " " + id;
    }

    @Override
    public Optional<Path> beside(String name, Map<String, String> options) {
        return Optional.empty();
    }

    @Override
    public boolean mayHang(Map<String, String> options) {
        return true;
    }

    @Override
    public long bytes(String name, Map<String, String> options) {
        return -1;
    }

    /** Its mounts outlive the engine, and those that nobody has are told of one by one: see {@link PluginDrivers}. */
    @Override
    public Future<Void> keepMounted(Map<String, Map<String, String>> mounted) {
        return Future.succeededFuture();
    }

    @Override
    public Future<List<Known>> list() {
        return ask("VolumeDriver.List", Map.of(), LIST).map(answer -> {
            List<Known> volumes = new ArrayList<>();
            answer.path("Volumes").forEach(volume -> known(volume).ifPresent(volumes::add));
            return volumes;
        });
    }

    @Override
    public Future<Optional<Known>> get(String name) {
        return ask("VolumeDriver.Get", Map.of("Name", name), LIST).map(answer -> known(answer.path("Volume")));
    }

    private static Optional<Known> known(JsonNode volume) {
        String name = volume.path("Name").asText("");
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> status = new HashMap<>();
        if (volume.path("Status").isObject()) {
            status.putAll(Json.MAPPER.convertValue(volume.path("Status"), ANYTHING));
            status.values().removeIf(value -> value == null);
        }
        return Optional.of(new Known(name, volume.path("Mountpoint").asText(""), status));
    }

    /** A refusal may come as a status or, as old plugins have it, in an answer that is well. */
    private Future<JsonNode> ask(String method, Map<String, ?> body, Duration limit) {
        return plugin.call(method, body, limit)
                .map(answer -> {
                    String refusal = answer.path("Err").asText("");
                    if (!refusal.isEmpty()) {
                        throw WharfException.internal(refusal);
                    }
                    return answer;
                })
                .recover(failure -> Future.failedFuture(plain(failure)));
    }

    /** To clients it is one kind of failure, whatever the plugin's status was. */
    static WharfException plain(Throwable failure) {
        WharfException known = WharfException.of(failure);
        return known.kind() == ErrorKind.INTERNAL
                ? known
                : WharfException.internal(String.valueOf(known.getMessage()), known);
    }
}
