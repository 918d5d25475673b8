package io.wharf.daemon;

import io.wharf.base.Layout;
import io.wharf.base.WharfException;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.FirewallOptions;
import io.wharf.contracts.HostConfig.LogConfig;
import io.wharf.contracts.ListenerOptions;
import io.wharf.contracts.RegistryOptions;
import io.wharf.linux.Boot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Flags and daemon.json as one; a value given in both places is an error, lists are joined. */
final class Settings {
    private static final String CONFIG = "/etc/wharf/daemon.json";
    private static final String DATA_ROOT = "/var/lib/wharf";
    private static final String EXEC_ROOT = "/var/run/wharf";
    private static final String SOCKET = "unix:///var/run/docker.sock";
    private static final Set<String> LEVELS = Set.of("debug", "info", "warn", "error", "fatal");

    private final Flags flags;
    private final ConfigFile file;

    private Settings(Flags flags, ConfigFile file) {
        this.flags = flags;
        this.file = file;
    }

    static Settings merge(Flags flags) {
        String named = flags.text("--config-file");
        return new Settings(flags, ConfigFile.read(Path.of(named == null ? CONFIG : named), named != null));
    }

    String logLevel() {
        if (debug()) {
            return "debug";
        }
        String level = text("--log-level", "log-level", "info");
        if (!LEVELS.contains(level)) {
            throw WharfException.invalid("invalid logging level: " + level);
        }
        return level;
    }

    Path pidFile() {
        return Path.of(text(
                "--pidfile", "pidfile", layout().execRoot().resolve("wharf.pid").toString()));
    }

    /** Where the CRI is served; empty where it is not. */
    Optional<Path> criSocket() {
        return Optional.ofNullable(textOrNull("--cri-socket", "cri-socket"))
                .map(given -> Path.of(given.startsWith("unix://") ? given.substring("unix://".length()) : given));
    }

    EngineOptions toOptions() {
        List<String> hosts = texts("--host", "hosts");
        return new EngineOptions(
                hosts.isEmpty()
                        ? List.of(SOCKET)
                        : hosts.stream().map(Settings::host).toList(),
                layout(),
                text("--bridge", "bridge", "wharf0"),
                textOrNull("--bip", "bip"),
                flag("--iptables", "iptables", true),
                textOrNull("--storage-driver", "storage-driver"),
                pairs("--storage-opt", texts("--storage-opt", "storage-opts")),
                registries(),
                runtimes(),
                textOrNull("--default-runtime", "default-runtime"),
                pairs("--exec-opt", texts("--exec-opt", "exec-opts")),
                debug(),
                // Tests play a reboot by giving another id.
                System.getProperty("wharf.boot-id", Boot.id()),
                Version.TEXT,
                new LogConfig(text("--log-driver", "log-driver", "json-file"), logOptions()),
                new ContainerSettings(this).defaults(),
                imageLimits(),
                new ImageSpaceSettings(file).options(),
                pluginFolders(),
                firewall(),
                new NetworkSettings(this).defaults(),
                file.has("event-sinks") ? new SinkSettings(file).options() : List.of(),
                ListenerOptions.USUAL);
    }

    private List<String> pluginFolders() {
        List<String> given = texts("--plugin-dir", "plugin-dirs");
        return given.isEmpty() ? EngineOptions.USUAL_PLUGIN_FOLDERS : given;
    }

    private FirewallOptions firewall() {
        // Who wants no rules wants none for IPv6 either, unless he says so.
        FirewallOptions usual = FirewallOptions.usual(flag("--iptables", "iptables", true));
        return new FirewallOptions(
                flag("--ip6tables", "ip6tables", usual.ip6tables()),
                flag("--ip-forward", "ip-forward", usual.ipForward()),
                !flag("--ip-forward-no-drop", "ip-forward-no-drop", !usual.keepApart()),
                flag("--ip-masq", "ip-masq", usual.ipMasquerade()),
                flag("--icc", "icc", usual.icc()),
                textOrNull("--ip", "ip"),
                flag("--userland-proxy", "userland-proxy", usual.userlandProxy()));
    }

    RegistryOptions registries() {
        return new RegistrySettings(this).options();
    }

    private Layout layout() {
        return new Layout(
                Path.of(text("--data-root", "data-root", DATA_ROOT)),
                Path.of(text("--exec-root", "exec-root", EXEC_ROOT)));
    }

    private boolean debug() {
        return flag("--debug", "debug", false);
    }

    ConfigFile file() {
        return file;
    }

    private static String host(String given) {
        if (given.startsWith("unix://") || given.startsWith("tcp://")) {
            return given;
        }
        if (given.startsWith("/")) {
            return "unix://" + given;
        }
        throw WharfException.invalid(
                "invalid bind address (" + given + "): unix:///path and tcp://address:port are served");
    }

    private Map<String, String> runtimes() {
        Map<String, String> runtimes = new LinkedHashMap<>(file.runtimes());
        runtimes.putAll(pairs("--add-runtime", texts("--add-runtime", "")));
        return runtimes;
    }

    private Map<String, String> logOptions() {
        Map<String, String> options = new LinkedHashMap<>(file.logOptions());
        options.putAll(pairs("--log-opt", texts("--log-opt", "")));
        return options;
    }

    private Map<String, String> imageLimits() {
        Map<String, String> limits = new LinkedHashMap<>(file.pairs("image-limits"));
        limits.putAll(pairs("--image-limit", texts("--image-limit", "")));
        return limits;
    }

    static Map<String, String> pairs(String flag, List<String> given) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : given) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw WharfException.invalid(
                        "invalid argument \"" + pair + "\" for " + flag + ": name=value is wanted");
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return pairs;
    }

    String text(String flag, String key, String otherwise) {
        String given = textOrNull(flag, key);
        return given == null ? otherwise : given;
    }

    @Nullable
    String textOrNull(String flag, String key) {
        String given = flags.text(flag);
        refuseBoth(key, given);
        return given == null ? file.text(key) : given;
    }

    boolean flag(String flag, String key, boolean otherwise) {
        Boolean given = flags.flag(flag);
        refuseBoth(key, given);
        Boolean value = given == null ? file.flag(key) : given;
        return value == null ? otherwise : value;
    }

    List<String> texts(String flag, String key) {
        List<String> texts = new ArrayList<>(file.texts(key));
        texts.addAll(flags.texts(flag));
        return texts;
    }

    private void refuseBoth(String key, @Nullable Object given) {
        if (given != null && file.has(key)) {
            throw WharfException.invalid("unable to configure the daemon with file " + file.path()
                    + ": the following directives are specified both as a flag and in the configuration file: " + key
                    + ": (from flag: " + given + ", from file: " + file.text(key) + ")");
        }
    }
}
