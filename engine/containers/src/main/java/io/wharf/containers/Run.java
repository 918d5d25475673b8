package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.linux.Fd;
import io.wharf.linux.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a container in this life of the engine: its processes, by handles that no recycled pid can deceive.
 *
 * <p>Confined to the verticle's context, which also closes the handles once the end is committed.
 */
final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    private final @Nullable Fd monitorPidfd;
    private final ProcessIdentity monitor;
    private @Nullable Fd processPidfd;
    private @Nullable ProcessIdentity process;
    private final List<AutoCloseable> closedAtEnd = new ArrayList<>();
    private boolean looksForKills;
    private final Promise<Void> over = Promise.promise();
    private final Promise<Void> monitorEnded = Promise.promise();

    /** A run whose monitor is there; {@code null} for one whose monitor is gone, and its process is not. */
    Run(@Nullable Fd monitorPidfd, ProcessIdentity monitor) {
        this.monitorPidfd = monitorPidfd;
        this.monitor = monitor;
        if (monitorPidfd == null) {
            monitorEnded.complete();
        }
    }

    @Nullable
    Fd monitorPidfd() {
        return monitorPidfd;
    }

    ProcessIdentity monitor() {
        return monitor;
    }

    /** The container's first process, once the runtime has made it. */
    @Nullable
    Fd processPidfd() {
        return processPidfd;
    }

    @Nullable
    ProcessIdentity process() {
        return process;
    }

    void process(Fd pidfd, ProcessIdentity identity) {
        processPidfd = pidfd;
        process = identity;
    }

    /** Completes when the monitor has ended and, where it was our child, is reaped. */
    Future<Void> monitorEnded() {
        return monitorEnded.future();
    }

    void monitorEnds() {
        monitorEnded.tryComplete();
    }

    /** Completes when the run's end is committed. */
    Future<Void> over() {
        return over.future();
    }

    /** Closed with the run; called on the context. */
    void atEnd(AutoCloseable resource) {
        closedAtEnd.add(resource);
    }

    /** Somebody is waiting to look once more whether processes were killed for want of memory. */
    boolean looksForKills() {
        return looksForKills;
    }

    void looksForKills(boolean now) {
        looksForKills = now;
    }

    void end() {
        over.tryComplete();
        for (AutoCloseable resource : closedAtEnd) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.warn("end of a run: {}", e.toString());
            }
        }
        closedAtEnd.clear();
        if (monitorPidfd != null) {
            monitorPidfd.close();
        }
        if (processPidfd != null) {
            processPidfd.close();
        }
    }
}
