package io.wharf.stats;

import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.KernelFile;
import org.jspecify.annotations.Nullable;

/** How many processes and threads there are, and may be. */
final class PidsGauge implements Gauge {
    private final CgroupFolder folder;
    private final @Nullable KernelFile now;
    private final @Nullable KernelFile most;
    private long current;
    private long limit;

    PidsGauge(CgroupHierarchies hierarchies, String cgroup) {
        folder = CgroupFolder.of(hierarchies, "pids", cgroup);
        now = folder.file("pids.current");
        most = folder.file("pids.max");
    }

    @Override
    public boolean read(KernelText text) {
        boolean there = now == null || text.read(now);
        current = now == null || !there ? 0 : text.number();
        limit = CgroupFolder.number(most, text);
        // As Docker has it: without a limit the first version shows none, the second the largest number there is.
        if (limit == -1 && !folder.unified()) {
            limit = 0;
        }
        return there;
    }

    @Override
    public void write(JsonBytes json) {
        json.raw('{');
        if (current != 0) {
            json.raw("\"current\":").number(current);
        }
        if (limit != 0) {
            json.raw(current == 0 ? "" : ",").raw("\"limit\":").number(limit);
        }
        json.raw('}');
    }

    @Override
    public void close() {
        folder.close();
    }
}
