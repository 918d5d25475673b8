package io.wharf.oci;

import io.wharf.linux.Capabilities;
import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.Cgroups;
import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.FileStatus;
import io.wharf.linux.Host;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Rlimits;
import io.wharf.linux.SmallFiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What this host and the engine's own process can give to containers; read once, some thirty small files.
 *
 * @param cgroup which cgroup trees are mounted
 * @param controllers those that can limit, by their names on v1 or v2
 * @param features files by which a v1 controller, or {@code memory.swap} on v2, tells that it knows a limit
 * @param systemd whether pid 1 is systemd
 * @param capabilities bits of the engine's bounding set
 * @param rlimits the engine's own hard limits by names as {@code nofile}, in the units of setrlimit(2), -1 for none
 * @param oomScoreAdj the engine's own, below which it cannot go without CAP_SYS_RESOURCE
 * @param cpus online CPUs as a list such as {@code 0-3}, and {@code memoryNodes} likewise
 * @param seccomp whether the kernel filters system calls
 * @param kernel version as major times 1000 plus minor: 6018
 * @param arch {@code amd64} or {@code arm64}
 * @param abis the binary interfaces that programs can use, see {@link KernelAbis}
 */
public record HostFacts(
        Cgroup cgroup,
        Set<String> controllers,
        Set<String> features,
        boolean systemd,
        long capabilities,
        Map<String, Long> rlimits,
        int oomScoreAdj,
        String cpus,
        String memoryNodes,
        boolean seccomp,
        boolean apparmor,
        int kernel,
        String arch,
        List<String> abis) {

    /** Which trees are mounted; a hybrid host limits by v1. */
    enum Cgroup {
        V1,
        HYBRID,
        V2
    }

    static final long NO_LIMIT = -1;

    private static final String TREE = "/sys/fs/cgroup/";
    private static final int CAP_SYS_RESOURCE = 24;
    private static final List<String> FEATURES = List.of(
            "memory/memory.memsw.limit_in_bytes",
            "memory/memory.soft_limit_in_bytes",
            "memory/memory.swappiness",
            "memory/memory.oom_control",
            "memory/memory.kmem.tcp.limit_in_bytes",
            "cpu/cpu.shares",
            "cpu/cpu.cfs_quota_us",
            "cpu/cpu.rt_period_us",
            "cpuset/cpuset.cpus",
            "blkio/blkio.weight",
            "blkio/blkio.bfq.weight",
            "blkio/blkio.weight_device",
            "blkio/blkio.bfq.weight_device",
            "blkio/blkio.throttle.read_bps_device");

    public HostFacts {
        controllers = Set.copyOf(controllers);
        features = Set.copyOf(features);
        rlimits = Map.copyOf(rlimits);
        abis = List.copyOf(abis);
    }

    /** Looks at the host; on a thread that may read /proc and /sys. */
    public static HostFacts read() {
        CgroupHierarchies trees = Cgroups.real().hierarchies();
        Cgroup cgroup = switch (trees.version()) {
            case V2 -> Cgroup.V2;
            case HYBRID -> Cgroup.HYBRID;
            case V1, NONE -> Cgroup.V1;
        };
        return new HostFacts(
                cgroup,
                controllers(trees),
                cgroup == Cgroup.V2 ? v2Features() : v1Features(),
                Host.initName().equals("systemd") && exists("/run/systemd/system"),
                CapabilitySet.bits(Capabilities.bounding().toArray(String[]::new)),
                hardLimits(),
                Integer.parseInt(text("/proc/self/oom_score_adj").strip()),
                text("/sys/devices/system/cpu/online").strip(),
                text("/sys/devices/system/node/online").strip(),
                Host.seccomp(),
                Host.appArmor(),
                kernel(Host.kernel().release()),
                Host.kernel().architecture(),
                KernelAbis.read(Host.kernel().architecture()));
    }

    public boolean unified() {
        return cgroup == Cgroup.V2;
    }

    /** Whether limits may be raised and the OOM score lowered. */
    public boolean sysResource() {
        return (capabilities >> CAP_SYS_RESOURCE & 1) != 0;
    }

    /** Whether a v1 controller has a file of this name, or v2 the feature. */
    public boolean has(String feature) {
        return features.contains(feature);
    }

    // On a hybrid host the v2 tree beside the v1 ones limits nothing.
    private static Set<String> controllers(CgroupHierarchies trees) {
        Set<String> found = new HashSet<>();
        for (CgroupHierarchies.Hierarchy tree : trees.hierarchies()) {
            found.addAll(tree.controllers());
        }
        found.removeIf(name -> name.isEmpty() || name.startsWith("name="));
        return found;
    }

    private static Set<String> v1Features() {
        Set<String> found = new HashSet<>();
        for (String path : FEATURES) {
            if (exists(TREE + path)) {
                found.add(path.substring(path.indexOf('/') + 1));
            }
        }
        return found;
    }

    // The root group has no limits of its own: whether swap is counted shows in any group below.
    private static Set<String> v2Features() {
        List<String> places = new ArrayList<>(List.of(TREE));
        try {
            for (Directories.Entry entry : Directories.list(TREE)) {
                if (entry.type() == Directories.Type.DIRECTORY) {
                    places.add(TREE + entry.name() + "/");
                }
            }
        } catch (LinuxException e) {
            return Set.of();
        }
        return places.stream().anyMatch(place -> exists(place + "memory.swap.max")) ? Set.of("memory.swap") : Set.of();
    }

    private static Map<String, Long> hardLimits() {
        Map<String, Long> limits = new HashMap<>();
        for (String name : Rlimits.names()) {
            limits.put(name.toLowerCase(Locale.ROOT), Rlimits.get(name).hard());
        }
        return limits;
    }

    static int kernel(String release) {
        String[] parts = release.split("[^0-9]+", 3);
        return parts.length < 2 ? 0 : Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1]);
    }

    private static boolean exists(String path) {
        return FileStatus.ifPresent(OpenFlags.AT_FDCWD, path).isPresent();
    }

    private static String text(String path) {
        try {
            return SmallFiles.readIfPresent(path).orElse("");
        } catch (LinuxException e) {
            if (e.is(Errno.EACCES, Errno.EPERM)) {
                return "";
            }
            throw e;
        }
    }
}
