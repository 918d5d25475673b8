package io.wharf.oci;

import io.wharf.contracts.ContainerDefaults;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What this host offers to containers, in the words of {@code docker info}. */
public final class HostOffers {
    private HostOffers() {}

    /** Which limits hold here, by their names. */
    public static Map<String, Boolean> limits(HostFacts host) {
        boolean v2 = host.unified();
        boolean cpu = host.controllers().contains("cpu");
        Map<String, Boolean> limits = new LinkedHashMap<>();
        limits.put("MemoryLimit", host.controllers().contains("memory"));
        limits.put("SwapLimit", host.has(v2 ? "memory.swap" : "memory.memsw.limit_in_bytes"));
        limits.put("CpuCfsPeriod", v2 ? cpu : host.has("cpu.cfs_quota_us"));
        limits.put("CpuCfsQuota", v2 ? cpu : host.has("cpu.cfs_quota_us"));
        limits.put("CPUShares", v2 ? cpu : host.has("cpu.shares"));
        limits.put("CPUSet", v2 ? host.controllers().contains("cpuset") : host.has("cpuset.cpus"));
        limits.put("PidsLimit", host.controllers().contains("pids"));
        limits.put("OomKillDisable", !v2 && host.has("memory.oom_control"));
        limits.put("KernelMemoryTCP", !v2 && host.has("memory.kmem.tcp.limit_in_bytes"));
        return limits;
    }

    /** The devices that CDI specifications describe; on a thread that may block. */
    public static List<String> devices(ContainerDefaults defaults) {
        return defaults.cdiSpecDirs().isEmpty()
                ? List.of()
                : CdiRegistry.read(defaults.cdiSpecDirs()).names();
    }

    /** The program of {@code --init}; on a thread that may block. */
    public static Optional<Path> init(ContainerDefaults defaults) {
        return DockerInit.found(defaults.initPath());
    }
}
