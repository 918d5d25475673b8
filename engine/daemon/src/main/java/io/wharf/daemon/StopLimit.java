package io.wharf.daemon;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Ends a stop that does not end by itself: all that counts is on disk at any moment. */
final class StopLimit {
    private final CompletableFuture<Void> hurry;
    private final Runnable leave;

    /**
     * @param hurry completes when somebody has no patience left
     * @param leave ends the process as it is
     */
    StopLimit(CompletableFuture<Void> hurry, Runnable leave) {
        this.hurry = hurry;
        this.leave = leave;
    }

    /** Leaves after so many seconds, if the process is still there; never where they are negative. */
    void within(int seconds) {
        if (seconds >= 0) {
            after(Math.max(1, seconds));
        }
    }

    /**
     * As {@link #within}, where containers go on. The given time is for containers that stop, 0 meaning that they are given
     * none but their own; what the engine itself needs is never taken from it.
     */
    void withoutContainers(int seconds, int own) {
        within(seconds < 0 ? seconds : Math.max(seconds, own));
    }

    /** Leaves so many seconds after somebody has lost patience. */
    void hurried(int seconds) {
        hurry.thenRun(() -> after(seconds));
    }

    private void after(int seconds) {
        new CompletableFuture<Void>()
                .completeOnTimeout(null, seconds, TimeUnit.SECONDS)
                .thenRun(leave);
    }
}
