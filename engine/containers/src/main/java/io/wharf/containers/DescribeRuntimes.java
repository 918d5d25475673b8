package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.contracts.RuntimeService;
import io.wharf.linux.Commands;
import io.wharf.linux.Executables;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.oci.CgroupPaths;
import io.wharf.oci.HostFacts;
import io.wharf.oci.OciRuntime;
import io.wharf.oci.Runtimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code docker info} and {@code docker version} tell of runtimes, monitor and limits. */
final class DescribeRuntimes implements RuntimeService {
    private final Future<Runtimes> runtimes;
    private final HostFacts host;
    private final CgroupPaths cgroups;
    private final Pools pools;
    private @Nullable Future<String> monitorVersion;

    /**
     * A description.
     *
     * @param runtimes completes when the probe is over
     */
    DescribeRuntimes(Future<Runtimes> runtimes, HostFacts host, CgroupPaths cgroups, Pools pools) {
        this.runtimes = runtimes;
        this.host = host;
        this.cgroups = cgroups;
        this.pools = pools;
    }

    @Override
    public Future<RuntimeFacts> runtimes() {
        if (monitorVersion == null) {
            monitorVersion = pools.call(DescribeRuntimes::monitorVersion);
        }
        Future<String> monitor = monitorVersion;
        return Future.all(runtimes, monitor).map(done -> facts(runtimes.result(), monitor.result()));
    }

    private RuntimeFacts facts(Runtimes found, String monitor) {
        Map<String, String> paths = new TreeMap<>();
        found.usable()
                .forEach((name, runtime) -> paths.put(name, runtime.program().toString()));
        OciRuntime runtime = found.usable().get(found.defaultName());
        return new RuntimeFacts(
                found.defaultName(),
                paths,
                runtime == null ? "" : runtime.version(),
                monitor,
                found.reason(),
                cgroups.driver(),
                host.unified() ? "2" : "1",
                securityOptions(),
                warnings());
    }

    private List<String> securityOptions() {
        List<String> options = new ArrayList<>();
        if (host.apparmor()) {
            options.add("name=apparmor");
        }
        if (host.seccomp()) {
            options.add("name=seccomp,profile=builtin");
        }
        if (host.unified()) {
            options.add("name=cgroupns");
        }
        return options;
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!host.controllers().contains("memory")) {
            warnings.add("WARNING: No memory limit support");
        }
        if (!host.has(host.unified() ? "memory.swap" : "memory.memsw.limit_in_bytes")) {
            warnings.add("WARNING: No swap limit support");
        }
        if (!host.controllers().contains("pids")) {
            warnings.add("WARNING: No pids limit support");
        }
        if (!host.sysResource()) {
            warnings.add("WARNING: The engine lacks CAP_SYS_RESOURCE: rlimits and OOM scores are kept within its own");
        }
        return warnings;
    }

    private static String monitorVersion() {
        try {
            String program = Executables.find("conmon").orElse("");
            if (program.isEmpty()) {
                return "not installed";
            }
            String said = Commands.run(program, "--version")
                    .output()
                    .lines()
                    .findFirst()
                    .orElse("");
            return said.replace("conmon version", "").strip();
        } catch (LinuxException e) {
            return "unknown: " + e.reason();
        }
    }
}
