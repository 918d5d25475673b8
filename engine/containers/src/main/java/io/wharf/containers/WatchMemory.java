package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OomLog;
import io.wharf.linux.OomWatch;
import io.wharf.oci.CgroupPaths;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees the out-of-memory killer at work in a container that has a limit, be it on a child of its first process, and
 * announces each kill with the state that tells of it. Containers without a limit cost nothing: theirs are counted at
 * their end.
 */
final class WatchMemory {
    private static final Logger LOG = LoggerFactory.getLogger(WatchMemory.class);
    /**
     * When to look again, in milliseconds. At once, for v2 tells of the kill, mostly, and systemd may take the cgroup and its
     * count away in the next moment; and later, for v1 tells of the shortage, which the kill follows.
     */
    private static final int[] DELAYS = {1, 10, 100, 1000};

    private final Room room;
    private @Nullable OomWatch watch;
    private @Nullable OomLog log;

    WatchMemory(Room room) {
        this.room = room;
    }

    /** From the making of a run's cgroup on, or its adoption; what happened in between is found at once. */
    void begin(Container container, Run run) {
        if (container.host().memory() <= 0) {
            return;
        }
        OomWatch shared = watch;
        if (shared == null) {
            shared = new OomWatch(room.loop(), room.cgroups().hierarchies());
            watch = shared;
        }
        try {
            shared.watch(
                            cgroup(container),
                            () -> room.context().runOnContext(suspected -> lookLater(container, run, 0)))
                    .ifPresent(run::atEnd);
        } catch (LinuxException e) {
            LOG.warn("kills for want of memory in {} are told at its end only: {}", container.id(), e.getMessage());
        }
        if (unified()) {
            readLog(container.id(), run);
        }
    }

    /** Where nobody removes the cgroup of a run but the engine, its own count is there at the end. */
    private void readLog(String id, Run run) {
        OomLog shared = log;
        if (shared == null) {
            shared = new OomLog();
            log = shared;
        }
        try {
            // Also where the start fails, and no end is looked at.
            run.atEnd(shared.watch(id));
        } catch (LinuxException e) {
            LOG.debug("kills in {} are not looked up in the kernel's log: {}", id, e.getMessage());
        }
    }

    private boolean unified() {
        return room.cgroups().hierarchies().version() == CgroupHierarchies.Version.V2;
    }

    private void lookLater(Container container, Run run, int turn) {
        if (turn == 0 && run.looksForKills()) {
            return;
        }
        if (turn == DELAYS.length || container.run() != run) {
            run.looksForKills(false);
            return;
        }
        run.looksForKills(true);
        room.vertx()
                .setTimer(
                        DELAYS[turn],
                        due -> look(container, run).onComplete(found -> {
                            if (found.succeeded() && found.result()) {
                                // There may be more: from the beginning, until nothing new is found.
                                run.looksForKills(false);
                                lookLater(container, run, 0);
                            } else {
                                lookLater(container, run, turn + 1);
                            }
                        }));
    }

    /** Announces the kills that are not announced yet; whether there were any. */
    Future<Boolean> look(Container container, Run run) {
        return room.pools()
                .call(() -> kills(container))
                .compose(kills -> room.lanes().run(container.id(), () -> {
                    State state = container.state();
                    if (container.run() != run || !container.status().hasProcess() || kills <= state.oomKills()) {
                        return Future.succeededFuture(Boolean.FALSE);
                    }
                    return room.table()
                            .commit(container, state.withOomKills(kills), container.sandbox(), tx -> {
                                for (long kill = state.oomKills(); kill < kills; kill++) {
                                    ContainerTable.announce(tx, container, "oom", Map.of());
                                }
                            })
                            .map(Boolean.TRUE);
                }))
                .onFailure(failure -> LOG.warn("memory of {}: {}", container.id(), failure.toString()));
    }

    /** On a thread that may block; 0 where the cgroup is gone. */
    long kills(Container container) {
        try {
            return room.cgroups().outOfMemoryKills(cgroup(container));
        } catch (LinuxException e) {
            LOG.debug("cgroup of {}: {}", container.id(), e.getMessage());
            return 0;
        }
    }

    /** Of a run that has ended; on a thread that may block. */
    long killsAtEnd(Container container) {
        long logged = 0;
        try {
            OomLog shared = log;
            logged = shared == null ? 0 : shared.end(container.id());
        } catch (LinuxException e) {
            LOG.debug("kills in {}: {}", container.id(), e.getMessage());
        }
        return atEnd(kills(container), unified(), logged, room.files(container).outOfMemory());
    }

    /**
     * systemd takes the cgroup of an ended run away, and its count with it, often before anybody can look: then the kernel's
     * log tells, and the monitor, which may have looked earlier. On v1 the engine removes the cgroup itself, and the
     * monitor's word is about shortage, not kills.
     */
    static long atEnd(long counted, boolean unified, long logged, Path toldByMonitor) {
        if (counted > 0 || !unified) {
            return counted;
        }
        return logged > 0 ? logged : Files.exists(toldByMonitor) ? 1 : 0;
    }

    private static String cgroup(Container container) {
        return CgroupPaths.resolved(container.definition().cgroupPath());
    }
}
