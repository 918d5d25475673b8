package io.wharf.daemon;

import io.vertx.core.Future;
import io.wharf.base.Times;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.EventService;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LogService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.RegistryOptions;
import io.wharf.contracts.RuntimeService;
import io.wharf.contracts.RuntimeService.RuntimeFacts;
import io.wharf.contracts.SystemService;
import io.wharf.contracts.VolumeService;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts together {@code docker info} and {@code docker version} out of what each concern says. */
final class DescribeEngine {
    /** What a runtime can, as its specification has it. */
    private static final String FEATURES = "org.opencontainers.runtime-spec.features";

    private final Supplier<Told> told;
    /** What does not change while the engine runs. */
    private final EngineOptions options;

    private final String engineId;
    private final ImageService images;
    private final ContainerService containers;
    private final NetworkService networks;
    private final RuntimeService runtimes;
    private final EventService events;
    private final LogService logs;
    private final VolumeService volumes;
    private final HostDescription host = HostDescription.read();

    DescribeEngine(
            Supplier<Told> told,
            String engineId,
            ImageService images,
            ContainerService containers,
            NetworkService networks,
            RuntimeService runtimes,
            EventService events,
            LogService logs,
            VolumeService volumes) {
        this.told = told;
        this.options = told.get().options();
        this.engineId = engineId;
        this.images = images;
        this.containers = containers;
        this.networks = networks;
        this.runtimes = runtimes;
        this.events = events;
        this.logs = logs;
        this.volumes = volumes;
    }

    Future<Map<String, Object>> version() {
        return runtimes.runtimes().map(runtime -> {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("Platform", Map.of("Name", "Wharf"));
            body.put(
                    "Components",
                    List.of(
                            component(
                                    "Engine",
                                    options.version(),
                                    Map.of(
                                            "ApiVersion",
                                            SystemService.NEWEST_API,
                                            "MinAPIVersion",
                                            SystemService.OLDEST_API,
                                            "Os",
                                            "linux",
                                            "Arch",
                                            goArchitecture(),
                                            "KernelVersion",
                                            host.kernel(),
                                            "GitCommit",
                                            Version.COMMIT,
                                            "GoVersion",
                                            "none, Java " + Runtime.version().feature(),
                                            "Experimental",
                                            String.valueOf(told.get().experimental()),
                                            "BuildTime",
                                            "")),
                            component(
                                    runtime.defaultRuntime(), runtime.version(), Map.of("GitCommit", runtime.commit())),
                            component("conmon", runtime.monitorVersion(), Map.of("GitCommit", "")),
                            component(
                                    "docker-init",
                                    runtime.initVersion().isEmpty() ? "not installed" : runtime.initVersion(),
                                    Map.of("GitCommit", ""))));
            body.put("Version", options.version());
            body.put("ApiVersion", SystemService.NEWEST_API);
            body.put("MinAPIVersion", SystemService.OLDEST_API);
            body.put("GitCommit", Version.COMMIT);
            body.put("GoVersion", "none, Java " + Runtime.version().feature());
            body.put("Os", "linux");
            body.put("Arch", goArchitecture());
            body.put("KernelVersion", host.kernel());
            if (told.get().experimental()) {
                body.put("Experimental", true);
            }
            return body;
        });
    }

    Future<Map<String, Object>> info() {
        var counts = containers.counts();
        var storage = images.facts();
        var network = networks.facts();
        var runtime = runtimes.runtimes();
        var listeners = events.listeners();
        var drivers = logs.facts();
        var volumeDrivers = volumes.drivers();
        var networkDrivers = networks.drivers();
        return Future.all(List.of(counts, storage, network, runtime, listeners, drivers, volumeDrivers, networkDrivers))
                .map(all -> {
                    Map<String, Object> body = new LinkedHashMap<>();
                    body.put("ID", engineId);
                    putCounts(body, counts.result());
                    body.put("Images", storage.result().images());
                    body.put("Driver", storage.result().driver());
                    body.put("DriverStatus", driverStatus(storage.result(), network.result(), runtime.result()));
                    body.put("DockerRootDir", options.layout().dataRoot().toString());
                    body.put("SystemTime", Times.rfc3339Nano(Instant.now()));
                    body.put("NEventsListener", listeners.result());
                    body.put("NFd", entries("/proc/self/fd"));
                    body.put("NGoroutines", Thread.activeCount());
                    body.put("IPv4Forwarding", network.result().ipv4Forwarding());
                    putRuntime(body, runtime.result());
                    putHost(body);
                    putFixed(body, drivers.result(), volumeDrivers.result(), networkDrivers.result());
                    body.putAll(runtime.result().limits());
                    putNetworks(body, network.result());
                    body.put("Warnings", warnings(network.result(), runtime.result()));
                    return body;
                });
    }

    private static Map<String, Object> component(String name, String version, Map<String, String> details) {
        return Map.of("Name", name, "Version", version, "Details", details);
    }

    private static void putCounts(Map<String, Object> body, ContainerService.Counts counts) {
        body.put("Containers", counts.running() + counts.paused() + counts.stopped());
        body.put("ContainersRunning", counts.running());
        body.put("ContainersPaused", counts.paused());
        body.put("ContainersStopped", counts.stopped());
    }

    /** The rows below the driver's name are the one place where clients print free text, so ours stand there, too. */
    private static List<List<String>> driverStatus(
            ImageService.StorageFacts storage, NetworkService.NetworkFacts network, RuntimeFacts runtime) {
        List<List<String>> rows = new ArrayList<>(storage.driverStatus());
        rows.add(List.of("Runtime", runtime.reason()));
        rows.add(List.of("Firewall", network.firewall()));
        rows.add(List.of("Bridge", network.bridge() + " " + network.gatewayAddress()));
        return rows;
    }

    private static void putRuntime(Map<String, Object> body, RuntimeFacts runtime) {
        Map<String, Object> paths = new TreeMap<>();
        runtime.paths().forEach((name, path) -> {
            String features = runtime.features().get(name);
            paths.put(
                    name,
                    features == null
                            ? Map.of("path", path)
                            : Map.of("path", path, "status", Map.of(FEATURES, features)));
        });
        body.put("Runtimes", paths);
        body.put("DefaultRuntime", runtime.defaultRuntime());
        body.put("CgroupDriver", runtime.cgroupDriver());
        body.put("CgroupVersion", runtime.cgroupVersion());
        body.put("SecurityOptions", runtime.securityOptions());
        body.put("RuncCommit", Map.of("ID", runtime.commit()));
        body.put("InitBinary", runtime.init().isEmpty() ? "" : fileName(runtime.init()));
        body.put("InitCommit", Map.of("ID", runtime.initVersion()));
        // There is no containerd here; clients print the field all the same.
        body.put("ContainerdCommit", Map.of("ID", "N/A"));
        body.put("CDISpecDirs", runtime.cdiFolders());
        body.put(
                "DiscoveredDevices",
                runtime.cdiDevices().stream()
                        .map(device -> Map.of("Source", "cdi", "ID", device))
                        .toList());
    }

    private void putNetworks(Map<String, Object> body, NetworkService.NetworkFacts network) {
        body.put("FirewallBackend", Map.of("Driver", network.firewall()));
        if (!options.networks().pools().isEmpty()) {
            body.put(
                    "DefaultAddressPools",
                    options.networks().pools().stream()
                            .map(pool -> Map.of("Base", pool.base(), "Size", pool.size()))
                            .toList());
        }
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private void putHost(Map<String, Object> body) {
        body.put("KernelVersion", host.kernel());
        body.put("OperatingSystem", host.system());
        body.put("OSVersion", host.systemVersion());
        body.put("OSType", "linux");
        body.put("Architecture", host.architecture());
        body.put("NCPU", host.cpus());
        body.put("MemTotal", host.memoryBytes());
        body.put("Name", host.name());
        body.put("ServerVersion", options.version());
    }

    private void putFixed(
            Map<String, Object> body,
            LogService.LogFacts logging,
            List<String> volumeDrivers,
            List<String> networkDrivers) {
        Map<String, Object> plugins = new LinkedHashMap<>();
        plugins.put("Volume", volumeDrivers);
        plugins.put("Network", networkDrivers);
        Told now = told.get();
        plugins.put("Authorization", now.options().listeners().authorizationPlugins());
        plugins.put("Log", logging.drivers());
        body.put("Plugins", plugins);
        RegistryOptions reach = now.options().registries();
        body.put("Debug", now.options().debug());
        body.put("LoggingDriver", logging.defaultDriver());
        body.put("IndexServerAddress", "https://index.docker.io/v1/");
        body.put("RegistryConfig", DescribeRegistries.run(reach));
        body.put("HttpProxy", proxy(reach.proxies().http()));
        body.put("HttpsProxy", proxy(reach.proxies().https()));
        body.put("NoProxy", proxy(reach.proxies().none()));
        body.put("Labels", now.labels());
        body.put("ExperimentalBuild", now.experimental());
        body.put("LiveRestoreEnabled", now.liveRestore());
        body.put("Isolation", "");
        body.put("GenericResources", now.resources().isEmpty() ? null : now.resources());
        body.put("Swarm", swarm());
    }

    private static String proxy(@Nullable String url) {
        return url == null ? "" : RegistrySettings.masked(url);
    }

    private static Map<String, Object> swarm() {
        Map<String, Object> swarm = new LinkedHashMap<>();
        swarm.put("NodeID", "");
        swarm.put("NodeAddr", "");
        swarm.put("LocalNodeState", "inactive");
        swarm.put("ControlAvailable", false);
        swarm.put("Error", "");
        swarm.put("RemoteManagers", null);
        return swarm;
    }

    private List<String> warnings(NetworkService.NetworkFacts network, RuntimeFacts runtime) {
        List<String> warnings = new ArrayList<>(runtime.warnings());
        if (!network.ipv4Forwarding()) {
            warnings.add("WARNING: IPv4 forwarding is disabled");
        }
        warnings.addAll(OpenDoors.warnings(options));
        return warnings;
    }

    private static int entries(String folder) {
        String[] names = new java.io.File(folder).list();
        return names == null ? 0 : names.length;
    }

    private static String goArchitecture() {
        return switch (System.getProperty("os.arch")) {
            case "aarch64" -> "arm64";
            case String other -> other;
        };
    }
}
