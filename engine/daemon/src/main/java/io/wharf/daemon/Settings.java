package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Layout;
import io.wharf.base.WharfException;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.HostConfig.LogConfig;
import io.wharf.linux.Boot;
import io.wharf.metrics.MetricsAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Flags and daemon.json as one. Each concern reads its own part in a class beside this one, by the keys of
 * {@link Options}; what is wrong, given twice or refused is an error before anything has begun.
 */
final class Settings {
    private static final String DATA_ROOT = "/var/lib/wharf";
    private static final String EXEC_ROOT = "/var/run/wharf";

    private final Flags flags;
    private final ConfigFile file;

    private Settings(Flags flags, ConfigFile file) {
        this.flags = flags;
        this.file = file;
    }

    static Settings merge(Flags flags) {
        String named = flags.text("config-file");
        // An empty name is dockerd's way to say that there is none.
        String path = named == null ? Program.here().config() : named.isEmpty() ? "/dev/null" : named;
        ConfigFile file = ConfigFile.read(Path.of(path), named != null);
        Conflicts.check(flags, file);
        Settings settings = new Settings(flags, file);
        Refusals.check(settings);
        return settings;
    }

    Path pidFile() {
        return Path.of(text("pidfile", layout().execRoot().resolve("wharf.pid").toString()));
    }

    /** Where the CRI is served; empty where it is not. */
    Optional<Path> criSocket() {
        return Optional.ofNullable(textOrNull("cri-socket"))
                .map(given -> Path.of(given.startsWith("unix://") ? given.substring("unix://".length()) : given));
    }

    /** Where the metrics are served besides the API; empty for nowhere. */
    Optional<String> metricsAddress() {
        return Optional.ofNullable(textOrNull("metrics-addr"));
    }

    EngineOptions toOptions() {
        NetworkSettings networks = new NetworkSettings(this);
        return new EngineOptions(
                new ListenerSettings(this).hosts(),
                layout(),
                text("bridge", "wharf0"),
                textOrNull("bip"),
                truth("iptables", true),
                textOrNull("storage-driver"),
                pairsOf("storage-opts", texts("storage-opts")),
                new RegistrySettings(this).options(),
                new ContainerSettings(this).runtimes(),
                textOrNull("default-runtime"),
                new ContainerSettings(this).execOptions(),
                new EngineSettings(this).debug(),
                // Tests play a reboot by giving another id.
                System.getProperty("wharf.boot-id", Boot.id()),
                Version.TEXT,
                new LogConfig(text("log-driver", "json-file"), pairs("log-opts")),
                new ContainerSettings(this).defaults(),
                pairs("image-limits"),
                new ImageSpaceSettings(this).options(),
                pluginFolders(),
                networks.firewall(),
                networks.defaults(),
                has("event-sinks") ? new SinkSettings(this).options() : List.of(),
                new ListenerSettings(this).options(),
                new EventSettings(this).options());
    }

    /** All that is told, which throws where something is wrong. */
    Told check() {
        new EngineSettings(this).logsJson();
        new EngineSettings(this).oomScore();
        metricsAddress().ifPresent(MetricsAddress::parse);
        return Told.by(this);
    }

    /** Keys of the file whose values differ from those of other settings, and which count at the next start alone. */
    List<String> changedForLater(Settings before) {
        List<String> changed = new ArrayList<>(Options.all().stream()
                .filter(option -> option.inFile() && !option.reloaded())
                .map(Option::key)
                .filter(key -> !file.node(key).equals(before.file.node(key)))
                .toList());
        // The list of features is told anew, but what this one decides stands since the start.
        if (new EngineSettings(this).cdi() != new EngineSettings(before).cdi()) {
            changed.add("features." + EngineSettings.CDI);
        }
        return changed;
    }

    private List<String> pluginFolders() {
        List<String> given = texts("plugin-dirs");
        return given.isEmpty() ? EngineOptions.USUAL_PLUGIN_FOLDERS : given;
    }

    private Layout layout() {
        return new Layout(Path.of(text("data-root", DATA_ROOT)), Path.of(text("exec-root", EXEC_ROOT)));
    }

    /** Whether anything was said, in either place. */
    boolean has(String key) {
        return flags.has(key) || file.has(key);
    }

    String text(String key, String otherwise) {
        String given = textOrNull(key);
        return given == null ? otherwise : given;
    }

    /** An empty one says nothing, as in dockerd. */
    @Nullable
    String textOrNull(String key) {
        String given = flags.has(key) ? flags.text(key) : file.text(key);
        return given == null || given.isEmpty() ? null : given;
    }

    int number(String key, int otherwise) {
        String given = textOrNull(key);
        return given == null ? otherwise : Integer.parseInt(given);
    }

    boolean truth(String key, boolean otherwise) {
        Boolean given = flags.has(key) ? flags.truth(key) : file.truth(key);
        return given == null ? otherwise : given;
    }

    List<String> texts(String key) {
        List<String> texts = new ArrayList<>(file.texts(key));
        texts.addAll(flags.texts(key));
        return texts;
    }

    /** An object of strings in the file, {@code name=value} as flags. */
    Map<String, String> pairs(String key) {
        Map<String, String> pairs = new LinkedHashMap<>(file.pairs(key));
        pairs.putAll(pairsOf(key, flags.texts(key)));
        return pairs;
    }

    /** An object of the file, whatever is in it. */
    JsonNode object(String key) {
        return file.object(key);
    }

    /** The objects of a list of the file. */
    List<JsonNode> objects(String key) {
        return file.objects(key);
    }

    /** What flags alone say. */
    List<String> flagged(String key) {
        return flags.texts(key);
    }

    /** An error in the file. */
    WharfException refusal(String reason) {
        return file.refusal(reason);
    }

    static Map<String, String> pairsOf(String key, List<String> given) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : given) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw WharfException.invalid("invalid argument \"" + pair + "\" for " + key + ": name=value is wanted");
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return pairs;
    }
}
