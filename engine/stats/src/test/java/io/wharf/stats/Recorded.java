package io.wharf.stats;

import io.wharf.contracts.ContainerProcess;
import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.CgroupHierarchies.Hierarchy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Files of cgroups as kernels have written them, laid out in a folder. */
final class Recorded {
    static final String CGROUP = "/wharf/one";
    static final long HOST_BYTES = 8L << 30;

    static final Map<String, String> V1 = Map.ofEntries(
            Map.entry("memory.usage_in_bytes", "1273856\n"),
            Map.entry("memory.max_usage_in_bytes", "3567616\n"),
            Map.entry("memory.limit_in_bytes", "9223372036854771712\n"),
            Map.entry("memory.failcnt", "0\n"),
            Map.entry("memory.stat", """
                    cache 716800
                    rss 53248
                    rss_huge 0
                    shmem 0
                    mapped_file 475136
                    dirty 7
                    writeback 0
                    workingset_refault_anon 0
                    workingset_refault_file 176
                    swap 0
                    pgpgin 934
                    pgpgout 746
                    pgfault 1039
                    pgmajfault 2
                    inactive_anon 49152
                    active_anon 4096
                    inactive_file 0
                    active_file 716800
                    unevictable 0
                    hierarchical_memory_limit 9223372036854771712
                    hierarchical_memsw_limit 9223372036854771712
                    total_cache 716800
                    total_rss 53248
                    total_inactive_file 12288
                    """),
            Map.entry("cpuacct.usage", "21667456\n"),
            Map.entry("cpuacct.usage_percpu", "2147215 19520241 \n"),
            Map.entry("cpuacct.stat", "user 3\nsystem 1\n"),
            Map.entry("cpu.stat", "nr_periods 20\nnr_throttled 3\nthrottled_time 1500\nnr_bursts 0\nburst_time 0\n"),
            Map.entry("pids.current", "2\n"),
            Map.entry("pids.max", "max\n"),
            Map.entry(
                    "blkio.throttle.io_service_bytes_recursive",
                    "254:0 Read 4096\n254:0 Write 8192\n254:0 Sync 12288\n254:0 Total 12288\nTotal 12288\n"),
            Map.entry(
                    "blkio.throttle.io_serviced_recursive",
                    "254:0 Read 1\n254:0 Write 2\n254:0 Sync 3\n254:0 Total 3\nTotal 3\n"));

    static final Map<String, String> V2 = Map.of(
            "memory.current", "1273856\n",
            "memory.peak", "3567616\n",
            "memory.max", "max\n",
            "memory.events", "low 0\nhigh 0\nmax 9\noom 4\noom_kill 3\n",
            "memory.stat",
                    "anon 53248\nfile 716800\nkernel 90112\nkernel_stack 16384\ninactive_file 4096\npgfault 1039\n",
            "cpu.stat",
                    "usage_usec 21667\nuser_usec 3000\nsystem_usec 1000\nnr_periods 20\nnr_throttled 3\n"
                            + "throttled_usec 15\n",
            "pids.current", "2\n",
            "pids.max", "max\n",
            "io.stat",
                    "8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n7:1 \n"
                            + "254:16 rbytes=0 wbytes=512 rios=0 wios=1 dbytes=0 dios=0\n");

    private Recorded() {}

    /** Lays files out as one tree, and tells of it as the mount table would. */
    static CgroupHierarchies hierarchies(Path folder, Map<String, String> files, boolean unified, String... controllers)
            throws IOException {
        Path cgroup = Files.createDirectories(folder.resolve(CGROUP.substring(1)));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(cgroup.resolve(file.getKey()), file.getValue());
        }
        return new CgroupHierarchies(
                unified ? CgroupHierarchies.Version.V2 : CgroupHierarchies.Version.V1,
                List.of(new Hierarchy(unified, Set.of(controllers), folder.toString(), "/")));
    }

    static CgroupHierarchies v1(Path folder) throws IOException {
        return hierarchies(folder, V1, false, "cpu", "cpuacct", "memory", "pids", "blkio");
    }

    static CgroupHierarchies v2(Path folder) throws IOException {
        return hierarchies(folder, V2, true, "cpu", "memory", "pids", "io");
    }

    static ContainerProcess container(boolean running) {
        return container("0123", running);
    }

    /** One without a network of its own. */
    static ContainerProcess container(String id, boolean running) {
        return new ContainerProcess(
                id, "one", running, false, running ? 1 : 0, running ? 5 : 0, CGROUP, "host", null, "linux");
    }
}
