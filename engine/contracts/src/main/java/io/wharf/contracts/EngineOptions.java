package io.wharf.contracts;

import io.wharf.base.Layout;
import io.wharf.contracts.HostConfig.LogConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's flags and its configuration file, merged and checked.
 *
 * @param hosts sockets to serve: {@code unix:///path} or {@code tcp://address:port}
 * @param layout data root and exec root
 * @param bridge name of the default bridge, or {@code none} for no bridge at all
 * @param bip address of the default bridge in CIDR form, or null to choose a free one
 * @param iptables whether the engine may set firewall rules
 * @param storageDriver wanted driver, or null for the best that works
 * @param storageOptions options of the storage driver, as {@code overlay2.size=10G}
 * @param registries how registries are reached
 * @param runtimes name to path of further OCI runtimes
 * @param defaultRuntime name of the runtime that containers get, or null to probe
 * @param execOptions such as {@code native.cgroupdriver=cgroupfs}
 * @param debug whether debug messages are logged
 * @param bootId this boot's id, by which records of an earlier boot are told apart
 * @param version the engine's own version
 * @param logs driver and options of containers that ask for none
 * @param defaults what else containers get that do not say otherwise
 * @param imageLimits what layers and archives may ask for, as {@code entries} and {@code unpacked-size}; others are usual
 * @param space how images look after the disk
 * @param pluginFolders where plugins leave their sockets and descriptions, the first found of a name counting
 * @param firewall what else may be done to the host's packets
 * @param networks what networks get that do not say otherwise
 * @param sinks where events are brought by the engine itself
 * @param listeners who may come in, and how
 * @param events what is kept of the journal, and where it is served besides the API
 */
public record EngineOptions(
        List<String> hosts,
        Layout layout,
        String bridge,
        @Nullable String bip,
        boolean iptables,
        @Nullable String storageDriver,
        Map<String, String> storageOptions,
        RegistryOptions registries,
        Map<String, String> runtimes,
        @Nullable String defaultRuntime,
        Map<String, String> execOptions,
        boolean debug,
        String bootId,
        String version,
        LogConfig logs,
        ContainerDefaults defaults,
        Map<String, String> imageLimits,
        ImageSpaceOptions space,
        List<String> pluginFolders,
        FirewallOptions firewall,
        NetworkDefaults networks,
        List<SinkOptions> sinks,
        ListenerOptions listeners,
        EventOptions events) {
    /** Where Docker's plugins are to be found. */
    public static final List<String> USUAL_PLUGIN_FOLDERS =
            List.of("/run/docker/plugins", "/etc/docker/plugins", "/usr/lib/docker/plugins");

    private static final LogConfig JSON_FILE = new LogConfig("json-file", Map.of());

    public EngineOptions {
        hosts = List.copyOf(hosts);
        storageOptions = Map.copyOf(storageOptions);
        runtimes = Map.copyOf(runtimes);
        execOptions = Map.copyOf(execOptions);
        imageLimits = Map.copyOf(imageLimits);
        pluginFolders = List.copyOf(pluginFolders);
        sinks = List.copyOf(sinks);
    }

    /** These with what may change while the engine runs, taken from others. */
    public EngineOptions adjusted(EngineOptions now) {
        return new EngineOptions(
                hosts,
                layout,
                bridge,
                bip,
                iptables,
                storageDriver,
                storageOptions,
                now.registries,
                now.runtimes,
                now.defaultRuntime,
                execOptions,
                now.debug,
                bootId,
                version,
                logs,
                defaults.adjusted(now.defaults),
                imageLimits,
                space,
                pluginFolders,
                firewall,
                networks,
                sinks,
                listeners.adjusted(now.listeners),
                events);
    }

    /** With the defaults of an engine that nobody configured, and no plugins. */
    public EngineOptions(
            List<String> hosts,
            Layout layout,
            String bridge,
            @Nullable String bip,
            boolean iptables,
            @Nullable String storageDriver,
            List<String> insecureRegistries,
            List<String> registryMirrors,
            Map<String, String> runtimes,
            @Nullable String defaultRuntime,
            Map<String, String> execOptions,
            boolean debug,
            String bootId,
            String version) {
        this(
                hosts,
                layout,
                bridge,
                bip,
                iptables,
                storageDriver,
                Map.of(),
                RegistryOptions.of(insecureRegistries, registryMirrors),
                runtimes,
                defaultRuntime,
                execOptions,
                debug,
                bootId,
                version,
                JSON_FILE,
                ContainerDefaults.USUAL,
                Map.of(),
                ImageSpaceOptions.USUAL,
                List.of(),
                FirewallOptions.usual(iptables),
                NetworkDefaults.USUAL,
                List.of(),
                ListenerOptions.USUAL,
                EventOptions.USUAL);
    }
}
