package io.wharf.base;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A promise to the caller, kept by another thread: its future completes on the context of whoever asked, where there is
 * one.
 *
 * <p>A promise of Vert.x completes on the thread that keeps it. Listeners it has by then are told on their context,
 * later; but one that is added to it meanwhile is told at once, before them. So of {@code future.onSuccess(first).map(second)}
 * the second could come first, when the thread that made the promise was interrupted between the two.
 */
public final class CallerPromise<T> {
    private static final Logger LOG = LoggerFactory.getLogger(CallerPromise.class);

    private final @Nullable ContextInternal context;
    private final Promise<T> promise;

    /** To the caller of this. */
    public CallerPromise() {
        this(Vertx.currentContext() instanceof ContextInternal internal ? internal : null);
    }

    private CallerPromise(@Nullable ContextInternal context) {
        this.context = context;
        this.promise = context == null ? Promise.promise() : context.promise();
    }

    /** Of which nobody will hear. */
    static <T> CallerPromise<T> toNobody() {
        return new CallerPromise<>(null);
    }

    /**
     * The outcome of somebody else's future on the context of whoever calls this, whoever completes it. What is chained to a
     * future goes on where that was completed, which for one of no context is any thread.
     */
    public static <T> Future<T> here(Future<T> elsewhere) {
        CallerPromise<T> promise = new CallerPromise<>();
        elsewhere.onComplete(promise::complete, promise::fail);
        return promise.future();
    }

    public Future<T> future() {
        return promise.future();
    }

    /** Keeps it; nothing where it was kept or broken before. */
    public void complete(@Nullable T value) {
        tell(new Outcome<>(promise, value, null));
    }

    /** Breaks it; nothing where it was kept or broken before. */
    public void fail(Throwable cause) {
        tell(new Outcome<>(promise, null, cause));
    }

    private void tell(Outcome<T> outcome) {
        if (context == null || context.isRunningOnContext()) {
            outcome.handle(null);
            return;
        }
        try {
            context.runOnContext(outcome);
        } catch (RejectedExecutionException e) {
            // Its context is gone, and with it all who asked; what they asked for is done.
            LOG.debug("nobody hears of what was done any more: {}", e.toString());
        }
    }

    private record Outcome<T>(
            Promise<T> promise, @Nullable T value, @Nullable Throwable failure) implements Handler<Void> {
        @Override
        public void handle(@Nullable Void turn) {
            if (failure == null) {
                promise.tryComplete(value);
            } else {
                promise.tryFail(failure);
            }
        }
    }
}
