package io.wharf.daemon;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Waits for the steps of a start: however long one takes, for a host with thousands of containers needs more than any limit
 * would grant, but not much longer than until all is to stop.
 */
final class StartStep {
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final Duration last;

    /** Grants a step under way so much more, once all is to stop. */
    StartStep(Duration last) {
        this.last = last;
    }

    /** All is to stop. */
    void giveUp() {
        stop.complete(null);
    }

    /** The step's outcome; UNAVAILABLE where there is no more time for it. */
    <T> T await(CompletableFuture<T> step) {
        CompletableFuture<T> ended = step.copy();
        stop.thenRun(() -> new CompletableFuture<Void>()
                .completeOnTimeout(null, last.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> ended.completeExceptionally(
                        new WharfException(ErrorKind.UNAVAILABLE, "told to stop before this step was done"))));
        return outcome(ended);
    }

    /** What a future comes to, waited for; a failure as it was told, and not what Java wraps around it. */
    static <T> T outcome(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() == null ? e : WharfException.of(e.getCause());
        }
    }
}
