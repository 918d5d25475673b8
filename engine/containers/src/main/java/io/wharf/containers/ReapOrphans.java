package io.wharf.containers;

import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.ProcessIdentity;
import io.wharf.linux.Processes;
import java.util.HashSet;
import java.util.Set;

/**
 * Reaps orphans that came to the engine as their subreaper: what a killed monitor leaves, or a probe of the runtime.
 *
 * <p>Whoever started a child, or waits for an exec, reaps it at its end. So a zombie that is still there one sweep later
 * is nobody's.
 */
final class ReapOrphans {
    static final long PERIOD_MILLIS = 60_000;

    private final Processes processes;
    private Set<ProcessIdentity> before = Set.of();

    ReapOrphans(Processes processes) {
        this.processes = processes;
    }

    /** Confined to one sweep at a time. */
    synchronized void sweep() {
        Set<ProcessIdentity> zombies = new HashSet<>();
        for (int pid : processes.children()) {
            ProcessIdentity.of(pid)
                    .filter(child -> child.exists() && !child.isAlive())
                    .ifPresent(zombie -> {
                        if (before.contains(zombie)) {
                            reap(processes, zombie.pid());
                        } else {
                            zombies.add(zombie);
                        }
                    });
        }
        before = zombies;
    }

    /** Reaps one child if it has ended; nothing where it is another's. */
    static void reap(Processes processes, int pid) {
        try {
            processes.reap(pid);
        } catch (LinuxException e) {
            if (!e.is(Errno.ECHILD)) {
                throw e;
            }
        }
    }
}
