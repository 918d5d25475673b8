package io.wharf.containers;

import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.ProcessIdentity;
import io.wharf.linux.Processes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Reaps orphans that came to the engine as their subreaper: what a killed monitor or exec leaves, or a probe of the runtime.
 *
 * <p>Whoever started a child, or waits for an exec, reaps it at its end. So a zombie that is still there a while later is
 * nobody's. It must not stay: one that belongs to a container's pid namespace keeps that container from ending.
 */
final class ReapOrphans {
    static final long PERIOD_MILLIS = 60_000;
    /** How soon to look, and to look again, where there may be one in somebody's way. */
    private static final long SOON_MILLIS = 50;

    private static final long AGAIN_MILLIS = 1_010;
    private static final long NOBODYS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Processes processes;
    private final Map<ProcessIdentity, Long> seen = new HashMap<>();
    private boolean expected;

    ReapOrphans(Processes processes) {
        this.processes = processes;
    }

    /**
     * Looks soon, and again when what it sees then is nobody's, until there is none left; many calls at once are one.
     * Called on the room's context.
     */
    void soon(Room room) {
        if (!expected) {
            expected = true;
            room.vertx().setTimer(SOON_MILLIS, first -> room.pools().runUrgently(this::sweep));
            room.vertx()
                    .setTimer(
                            SOON_MILLIS + AGAIN_MILLIS,
                            second -> room.pools()
                                    .callUrgently(() -> sweep(System.nanoTime()))
                                    .onComplete(swept -> {
                                        expected = false;
                                        // It came after the first look.
                                        if (swept.succeeded() && swept.result()) {
                                            soon(room);
                                        }
                                    }));
        }
    }

    /** Confined to one sweep at a time. */
    synchronized void sweep() {
        sweep(System.nanoTime());
    }

    /** Whether there are zombies that may soon be nobody's. */
    synchronized boolean sweep(long now) {
        Map<ProcessIdentity, Long> zombies = new HashMap<>();
        for (int pid : processes.children()) {
            ProcessIdentity.of(pid)
                    .filter(child -> child.exists() && !child.isAlive())
                    .ifPresent(zombie -> {
                        long since = seen.getOrDefault(zombie, now);
                        if (now - since >= NOBODYS_NANOS) {
                            reap(processes, zombie.pid());
                        } else {
                            zombies.put(zombie, since);
                        }
                    });
        }
        seen.clear();
        seen.putAll(zombies);
        return !seen.isEmpty();
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
