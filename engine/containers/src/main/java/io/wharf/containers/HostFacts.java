package io.wharf.containers;

import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.SmallFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
 * @param arch Java's name of the machine
 */
record HostFacts(
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
        String arch) {

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
    private static final Map<String, String> LIMIT_NAMES = Map.ofEntries(
            Map.entry("Max core file size", "core"),
            Map.entry("Max cpu time", "cpu"),
            Map.entry("Max data size", "data"),
            Map.entry("Max file size", "fsize"),
            Map.entry("Max file locks", "locks"),
            Map.entry("Max locked memory", "memlock"),
            Map.entry("Max msgqueue size", "msgqueue"),
            Map.entry("Max nice priority", "nice"),
            Map.entry("Max open files", "nofile"),
            Map.entry("Max processes", "nproc"),
            Map.entry("Max resident set", "rss"),
            Map.entry("Max realtime priority", "rtprio"),
            Map.entry("Max realtime timeout", "rttime"),
            Map.entry("Max pending signals", "sigpending"),
            Map.entry("Max stack size", "stack"));

    HostFacts {
        controllers = Set.copyOf(controllers);
        features = Set.copyOf(features);
        rlimits = Map.copyOf(rlimits);
    }

    /** Looks at the host; on a thread that may read /proc and /sys. */
    static HostFacts read() {
        boolean unified = exists(TREE + "cgroup.controllers");
        Cgroup cgroup = unified ? Cgroup.V2 : exists(TREE + "unified/cgroup.procs") ? Cgroup.HYBRID : Cgroup.V1;
        return new HostFacts(
                cgroup,
                unified ? words(text(TREE + "cgroup.controllers")) : v1Controllers(),
                unified ? v2Features() : v1Features(),
                text("/proc/1/comm").strip().equals("systemd") && exists("/run/systemd/system"),
                boundingSet(),
                rlimits(text("/proc/self/limits")),
                Integer.parseInt(text("/proc/self/oom_score_adj").strip()),
                text("/sys/devices/system/cpu/online").strip(),
                text("/sys/devices/system/node/online").strip(),
                exists("/proc/sys/kernel/seccomp/actions_avail"),
                text("/sys/module/apparmor/parameters/enabled").startsWith("Y"),
                kernel(text("/proc/sys/kernel/osrelease").strip()),
                System.getProperty("os.arch", "amd64"));
    }

    boolean unified() {
        return cgroup == Cgroup.V2;
    }

    /** Whether limits may be raised and the OOM score lowered. */
    boolean sysResource() {
        return (capabilities >> CAP_SYS_RESOURCE & 1) != 0;
    }

    /** Whether a v1 controller has a file of this name, or v2 the feature. */
    boolean has(String feature) {
        return features.contains(feature);
    }

    private static Set<String> v1Controllers() {
        Set<String> found = new HashSet<>();
        for (String line : text("/proc/self/cgroup").split("\n")) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && !parts[1].isEmpty() && !parts[1].startsWith("name=")) {
                found.addAll(Arrays.asList(parts[1].split(",")));
            }
        }
        found.removeIf(name -> !exists(TREE + name + "/cgroup.procs"));
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

    private static long boundingSet() {
        for (String line : text("/proc/self/status").split("\n")) {
            if (line.startsWith("CapBnd:")) {
                return Long.parseUnsignedLong(line.substring(7).strip(), 16);
            }
        }
        return 0;
    }

    static Map<String, Long> rlimits(String table) {
        Map<String, Long> limits = new HashMap<>();
        for (String line : table.split("\n")) {
            LIMIT_NAMES.forEach((title, name) -> {
                if (line.startsWith(title)) {
                    String[] columns = line.substring(title.length()).strip().split(" +");
                    limits.put(name, columns[1].equals("unlimited") ? NO_LIMIT : Long.parseLong(columns[1]));
                }
            });
        }
        return limits;
    }

    static int kernel(String release) {
        String[] parts = release.split("[^0-9]+", 3);
        return parts.length < 2 ? 0 : Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1]);
    }

    private static Set<String> words(String text) {
        return text.isBlank() ? Set.of() : Set.of(text.strip().split(" +"));
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
