package io.wharf.linux;

import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wait that stands before a process may change its cgroup, begun early.
 *
 * <p>Whoever puts a process into a cgroup takes the kernel's {@code cgroup_threadgroup_rwsem} for writing. Where nobody
 * did so of late, that waits for one RCU grace period (5 to 20 ms, asleep); for about as long afterwards it passes at
 * once (kernel/cgroup/cgroup.c, kernel/rcu/sync.c). A runtime that starts or enters a container therefore stands still
 * for most of its time. So the wait is taken beforehand, by moving this process to the cgroup in which it is: a change
 * of nothing, under the same lock.
 */
public final class CgroupMigration {
    private static final Logger LOG = LoggerFactory.getLogger(CgroupMigration.class);

    private final Optional<String> file;
    private final String pid;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private volatile boolean refused;

    private CgroupMigration(Optional<String> file) {
        this.file = file;
        this.pid = Long.toString(ProcessHandle.current().pid());
    }

    /** Of the calling process, by its present cgroup; reads /proc. */
    public static CgroupMigration ofThisProcess() {
        return of(Cgroups.real().hierarchies(), SmallFiles.read("/proc/self/cgroup"));
    }

    /** The named tree first, for it has no controller that could be asked to move anything along. */
    static CgroupMigration of(CgroupHierarchies mounted, String membership) {
        return new CgroupMigration(membership
                .lines()
                .map(line -> line.split(":", 3))
                .filter(line -> line.length == 3)
                .sorted(Comparator.comparing(line -> line[1].startsWith("name=") ? 0 : line[1].isEmpty() ? 1 : 2))
                .flatMap(line -> (line[1].isEmpty() ? mounted.unified() : mounted.of(line[1].split(",")[0]))
                        .map(tree -> tree.folder(line[2]) + "/cgroup.procs").stream())
                .findFirst());
    }

    /**
     * Runs {@link #begin} on a pool's thread, unless one is under way; to be called as soon as it is known that a
     * process will be started in a container.
     */
    public void beginOn(Pools pools) {
        if (file.isPresent() && !refused && underWay.compareAndSet(false, true)) {
            pools.run(this::begin).onComplete(done -> underWay.set(false));
        }
    }

    /** Takes the wait, on a thread that may block. Changes nothing; where the kernel refuses, it is not tried again. */
    void begin() {
        if (file.isEmpty()) {
            return;
        }
        try {
            SmallFiles.write(file.get(), pid);
        } catch (LinuxException e) {
            // A group that hands controllers down takes no process, not even one of its own.
            refused = true;
            LOG.debug("the wait for cgroup changes cannot be taken beforehand: {}", e.getMessage());
        }
    }

    /** The file that is written to, for tests. */
    Optional<String> file() {
        return file;
    }

    boolean refused() {
        return refused;
    }
}
