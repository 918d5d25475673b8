package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.contracts.ContainerDefaults;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.RuntimeService;
import io.wharf.linux.Pools;
import io.wharf.oci.CgroupPaths;
import io.wharf.oci.HostFacts;
import io.wharf.oci.HostOffers;
import io.wharf.oci.OciRuntime;
import io.wharf.oci.RuntimeProbe;
import io.wharf.oci.Runtimes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code docker info} and {@code docker version} tell of runtimes, monitor and limits; others while it runs. */
final class DescribeRuntimes implements RuntimeService {
    private static final String BUILTIN = "builtin";

    /** What is told of where it is missing, in the words that clients know. */
    private static final Map<String, String> WARNED = new TreeMap<>(Map.of(
            "MemoryLimit", "memory limit",
            "SwapLimit", "swap limit",
            "CpuCfsQuota", "cpu cfs quota",
            "CpuCfsPeriod", "cpu cfs period",
            "CPUShares", "cpu shares",
            "CPUSet", "cpuset",
            "PidsLimit", "pids limit"));

    private final Adjustable adjustable;
    private final HostFacts host;
    private final CgroupPaths cgroups;
    private final Pools pools;
    private @Nullable Future<ToolVersions> versions;

    DescribeRuntimes(Adjustable adjustable, HostFacts host, CgroupPaths cgroups, Pools pools) {
        this.adjustable = adjustable;
        this.host = host;
        this.cgroups = cgroups;
        this.pools = pools;
    }

    /** What is looked at each time. */
    private record Now(String init, List<String> devices) {}

    @Override
    public Future<RuntimeFacts> runtimes() {
        ContainerDefaults given = adjustable.defaults();
        return adjustable.found().compose(found -> {
            if (versions == null) {
                versions = pools.call(() -> ToolVersions.read(
                        found, HostOffers.init(given).map(Path::toString).orElse(null)));
            }
            Future<ToolVersions> told = versions;
            Future<Now> now = pools.call(
                    () -> new Now(HostOffers.init(given).map(Path::toString).orElse(""), HostOffers.devices(given)));
            return Future.all(told, now).map(done -> facts(found, told.result(), now.result(), given));
        });
    }

    @Override
    public Future<Void> adjust(EngineOptions now) {
        return pools.call(() -> {
                    RuntimeProbe.checkDefault(now);
                    return new RuntimeProbe(now, host, cgroups).probe();
                })
                .onSuccess(found -> {
                    adjustable.take(found, now.defaults());
                    versions = null;
                })
                .mapEmpty();
    }

    private RuntimeFacts facts(Runtimes found, ToolVersions told, Now now, ContainerDefaults given) {
        Map<String, String> paths = new TreeMap<>();
        found.usable()
                .forEach((name, runtime) -> paths.put(name, runtime.program().toString()));
        OciRuntime runtime = found.usable().get(found.defaultName());
        String version = runtime == null ? "" : ToolVersions.lastWord(runtime.version());
        return new RuntimeFacts(
                found.defaultName(),
                paths,
                version,
                told.commit().isEmpty() ? version : told.commit(),
                told.features(),
                told.monitor(),
                now.init(),
                told.init(),
                found.reason(),
                cgroups.driver(),
                host.unified() ? "2" : "1",
                securityOptions(given),
                HostOffers.limits(host),
                given.cdiSpecDirs(),
                now.devices(),
                warnings(given));
    }

    private List<String> securityOptions(ContainerDefaults given) {
        List<String> options = new ArrayList<>();
        if (host.apparmor()) {
            options.add("name=apparmor");
        }
        if (host.seccomp()) {
            options.add(
                    "name=seccomp,profile=" + (given.seccompProfile().isEmpty() ? BUILTIN : given.seccompProfile()));
        }
        if (given.cgroupnsMode().isEmpty()
                ? host.unified()
                : given.cgroupnsMode().equals("private")) {
            options.add("name=cgroupns");
        }
        if (given.noNewPrivileges()) {
            options.add("name=no-new-privileges");
        }
        return options;
    }

    private List<String> warnings(ContainerDefaults given) {
        List<String> warnings = new ArrayList<>();
        Map<String, Boolean> limits = HostOffers.limits(host);
        WARNED.forEach((limit, words) -> {
            if (!limits.getOrDefault(limit, false)) {
                warnings.add("WARNING: No " + words + " support");
            }
        });
        if (host.seccomp() && !given.seccompProfile().isEmpty()) {
            warnings.add("WARNING: daemon is not using the default seccomp profile");
        }
        if (!host.sysResource()) {
            warnings.add("WARNING: The engine lacks CAP_SYS_RESOURCE: rlimits and OOM scores are kept within its own");
        }
        return warnings;
    }
}
