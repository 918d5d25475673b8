package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.linux.Fd;
import io.wharf.linux.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * One run of a container in this life of the engine: its processes, by handles that no recycled pid can deceive.
 *
 * <p>Confined to the verticle's context, which also closes the handles once the end is committed.
 */
final class Run {
    private final Fd monitorPidfd;
    private final ProcessIdentity monitor;
    private @Nullable Fd processPidfd;
    private @Nullable ProcessIdentity process;
    private final Promise<Void> over = Promise.promise();
    private final Promise<Void> monitorEnded = Promise.promise();

    Run(Fd monitorPidfd, ProcessIdentity monitor) {
        this.monitorPidfd = monitorPidfd;
        this.monitor = monitor;
    }

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

    void end() {
        over.tryComplete();
        monitorPidfd.close();
        if (processPidfd != null) {
            processPidfd.close();
        }
    }
}
