package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.ProcessExit;
import io.wharf.linux.ProcessIdentity;
import io.wharf.linux.Signals;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees a run's monitor end, and ends runs that came to nothing. */
final class WatchRun {
    private static final Logger LOG = LoggerFactory.getLogger(WatchRun.class);

    private final Room room;
    private final Lifecycle verbs;

    WatchRun(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /**
     * Brings the end of a run back as the next transition of its container. The monitor writes the exit file before it
     * ends, and its end cannot be missed: so its pidfd alone decides, and no folder has to be watched.
     */
    void begin(Container container, Run run) {
        Fd monitor = run.monitorPidfd();
        if (monitor == null) {
            followProcess(container, run);
            return;
        }
        ProcessExit.watch(
                room.loop(),
                room.processes(),
                monitor,
                status -> room.context().runOnContext(ended -> {
                    run.monitorEnds();
                    room.lanes().run(container.id(), () -> verbs.end.inLane(container, run));
                }));
    }

    /**
     * Of a run whose monitor was killed: its process goes on, and its own pidfd tells of its end. How it ended is known
     * only where it has become our child, for we are the subreaper of what this life of the engine has started.
     */
    void followProcess(Container container, Run run) {
        Fd process = Objects.requireNonNull(run.processPidfd());
        ProcessExit.watch(
                room.loop(),
                room.processes(),
                process,
                status -> room.context()
                        .runOnContext(ended ->
                                room.lanes().run(container.id(), () -> verbs.end.unmonitored(container, run, status))));
    }

    /** Whether the container's process runs, whatever has become of its monitor. */
    static boolean goesOn(Run run) {
        ProcessIdentity process = run.process();
        return run.processPidfd() != null && process != null && process.isAlive();
    }

    /** Kills what a failed start has made, and waits until the monitor is gone; the container forgets the run. */
    Future<Void> abandon(Container container, Run run) {
        kill(run);
        return run.monitorEnded().timeout(Limits.KILL_SECONDS, TimeUnit.SECONDS).onComplete(ended -> {
            container.run(null);
            run.end();
        });
    }

    /** Kills a run's processes: the container's first one, then the monitor with the runtime it may be waiting for. */
    void kill(Run run) {
        Fd process = run.processPidfd();
        if (process != null) {
            send(process, Signals.SIGKILL);
        }
        if (!run.monitorEnded().isComplete()) {
            try {
                // The monitor leads a process group, in which a runtime at work still is. Not reaped, so not recycled.
                room.processes().kill(-run.monitor().pid(), Signals.SIGKILL);
            } catch (LinuxException e) {
                LOG.debug("monitor {} has ended: {}", run.monitor().pid(), e.getMessage());
            }
        }
    }

    /** Signals by handle; false where the process is gone. */
    boolean send(Fd pidfd, int signal) {
        try {
            room.processes().signal(pidfd, signal);
            return true;
        } catch (LinuxException e) {
            if (e.is(Errno.ESRCH)) {
                return false;
            }
            throw e;
        }
    }
}
