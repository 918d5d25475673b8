package io.wharf.stats;

import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.KernelFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Memory in bytes. The names of the details are the kernel's, and other ones in the second version. */
final class MemoryGauge implements Gauge {
    private static final List<String> DETAILS_1 = List.of(
            "active_anon",
            "active_file",
            "cache",
            "dirty",
            "hierarchical_memory_limit",
            "hierarchical_memsw_limit",
            "inactive_anon",
            "inactive_file",
            "mapped_file",
            "pgfault",
            "pgmajfault",
            "pgpgin",
            "pgpgout",
            "rss",
            "rss_huge",
            "total_active_anon",
            "total_active_file",
            "total_cache",
            "total_dirty",
            "total_inactive_anon",
            "total_inactive_file",
            "total_mapped_file",
            "total_pgfault",
            "total_pgmajfault",
            "total_pgpgin",
            "total_pgpgout",
            "total_rss",
            "total_rss_huge",
            "total_unevictable",
            "total_writeback",
            "unevictable",
            "writeback");
    private static final List<String> DETAILS_2 = List.of(
            "active_anon",
            "active_file",
            "anon",
            "anon_thp",
            "file",
            "file_dirty",
            "file_mapped",
            "file_writeback",
            "inactive_anon",
            "inactive_file",
            "kernel_stack",
            "pgactivate",
            "pgdeactivate",
            "pgfault",
            "pglazyfree",
            "pglazyfreed",
            "pgmajfault",
            "pgrefill",
            "pgscan",
            "pgsteal",
            "shmem",
            "slab",
            "slab_reclaimable",
            "slab_unreclaimable",
            "sock",
            "thp_collapse_alloc",
            "thp_fault_alloc",
            "unevictable",
            "workingset_activate",
            "workingset_nodereclaim",
            "workingset_refault");
    private static final byte[][] KEYS_1 = keys(DETAILS_1);
    private static final byte[][] KEYS_2 = keys(DETAILS_2);

    private final CgroupFolder folder;
    private final long hostBytes;
    private final @Nullable KernelFile stat;
    private final @Nullable KernelFile current;
    private final @Nullable KernelFile peak;
    private final @Nullable KernelFile maximum;
    private final @Nullable KernelFile failed;
    private final NamedNumbers details;
    private final NamedNumbers events = new NamedNumbers(List.of("oom"));

    private long usage;
    private long most;
    private long limit;
    private long failures;

    /**
     * Of one cgroup.
     *
     * @param hostBytes the limit of one that has none
     */
    MemoryGauge(CgroupHierarchies hierarchies, String cgroup, long hostBytes) {
        this.hostBytes = hostBytes;
        folder = CgroupFolder.of(hierarchies, "memory", cgroup);
        boolean second = folder.unified();
        stat = folder.file("memory.stat");
        current = folder.file(second ? "memory.current" : "memory.usage_in_bytes");
        // The second version keeps a peak as well, but Docker shows none.
        peak = second ? null : folder.file("memory.max_usage_in_bytes");
        maximum = folder.file(second ? "memory.max" : "memory.limit_in_bytes");
        failed = folder.file(second ? "memory.events" : "memory.failcnt");
        details = new NamedNumbers(second ? DETAILS_2 : DETAILS_1);
    }

    private static byte[][] keys(List<String> names) {
        byte[][] keys = new byte[names.size()][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = JsonBytes.ascii((i == 0 ? "\"" : ",\"") + names.get(i) + "\":");
        }
        return keys;
    }

    @Override
    public boolean read(KernelText text) {
        boolean there = CgroupFolder.table(stat, text, details);
        usage = CgroupFolder.number(current, text);
        most = CgroupFolder.number(peak, text);
        limit = CgroupFolder.number(maximum, text);
        if (folder.unified()) {
            there &= CgroupFolder.table(failed, text, events);
            failures = events.value(0);
        } else {
            failures = CgroupFolder.number(failed, text);
        }
        if (hostBytes > 0 && Long.compareUnsigned(limit, hostBytes) > 0) {
            limit = hostBytes;
        }
        return there;
    }

    @Override
    public void write(JsonBytes json) {
        if (stat == null) {
            json.raw("{}");
            return;
        }
        byte[][] keys = folder.unified() ? KEYS_2 : KEYS_1;
        json.raw('{');
        unlessZero(json, "\"usage\":", usage);
        unlessZero(json, "\"max_usage\":", most);
        json.raw("\"stats\":{");
        for (int i = 0; i < keys.length; i++) {
            json.raw(keys[i]).number(details.value(i));
        }
        json.raw('}');
        if (failures != 0) {
            json.raw(",\"failcnt\":").number(failures);
        }
        if (limit != 0) {
            json.raw(",\"limit\":").number(limit);
        }
        json.raw('}');
    }

    private static void unlessZero(JsonBytes json, String key, long value) {
        if (value != 0) {
            json.raw(key).number(value).raw(',');
        }
    }

    @Override
    public void close() {
        folder.close();
    }
}
