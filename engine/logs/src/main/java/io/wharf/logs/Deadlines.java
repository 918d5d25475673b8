package io.wharf.logs;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Time limits for calls that have none of their own: what is late is closed under the call's feet. */
final class Deadlines {
    /** Loaded with the first limit; its thread ends when there have been none for a while. */
    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    /** A call without an answer. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    private Deadlines() {}

    static void within(Duration limit, String what, Runnable abort, Step step) throws IOException {
        var _ = within(limit, what, abort, () -> {
            step.run();
            return true;
        });
    }

    /** Runs a blocking call that {@code abort} ends; a SocketTimeoutException names {@code what} was too slow. */
    static <T> T within(Duration limit, String what, Runnable abort, Call<T> call) throws IOException {
        var late = new boolean[1];
        var alarm = CLOCK.schedule(
                () -> {
                    late[0] = true;
                    abort.run();
                },
                limit.toNanos(),
                TimeUnit.NANOSECONDS);
        try {
            return call.run();
        } catch (IOException failure) {
            if (late[0]) {
                var timeout = new SocketTimeoutException(what + ": i/o timeout");
                timeout.initCause(failure);
                throw timeout;
            }
            throw failure;
        } finally {
            alarm.cancel(false);
        }
    }

    private static ScheduledThreadPoolExecutor clock() {
        var clock = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "log-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(30, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
        return clock;
    }
}
