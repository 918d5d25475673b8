package io.wharf.linux;

import io.netty.channel.IoEventLoop;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells the end of a process without a thread that waits for it. */
public final class ProcessExit {
    private ProcessExit() {}

    /**
     * Calls {@code ended} once, on the loop, when the process has ended: with its status, reaped, where it is our child,
     * and with nothing where it is another's. The watch is over then, and the caller may close the pidfd.
     */
    public static Readiness watch(
            IoEventLoop loop, Processes processes, Fd pidfd, Consumer<Optional<ExitStatus>> ended) {
        return Readiness.watch(loop, pidfd, Readiness.Interest.READ, watch -> {
            Optional<ExitStatus> status;
            try {
                status = processes.poll(pidfd);
                if (status.isEmpty()) {
                    return;
                }
            } catch (LinuxException e) {
                if (!e.is(Errno.ECHILD)) {
                    throw e;
                }
                // Not our child: readable means that it has ended, and its parent alone learns how.
                status = Optional.empty();
            }
            watch.cancel();
            ended.accept(status);
        });
    }
}
