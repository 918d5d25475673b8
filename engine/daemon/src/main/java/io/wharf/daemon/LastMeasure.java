package io.wharf.daemon;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that is measured by walking the disk. Whoever asks gets what is found out within a moment, else what was found
 * last, while the measuring goes on for the next one to ask. Measuring takes at most a tenth of the time. Confined to one
 * context.
 */
final class LastMeasure<T> {
    private static final long PATIENCE_MILLIS = 25;
    private static final long RESTS = 9;

    private final Vertx vertx;
    private final Supplier<Future<T>> measure;
    private @Nullable T last;
    private @Nullable Future<T> running;
    private long began;
    private long ended;

    LastMeasure(Vertx vertx, Supplier<Future<T>> measure) {
        this.vertx = vertx;
        this.measure = measure;
    }

    /** What an engine before this one found: better than nothing for who asks first. */
    void remember(T known) {
        if (last == null) {
            last = known;
        }
    }

    Future<T> get() {
        T known = last;
        Future<T> now = running;
        if (now == null && (known == null || System.nanoTime() - ended >= RESTS * (ended - began))) {
            now = begin();
        }
        if (now == null) {
            return Future.succeededFuture(known);
        }
        if (known == null || now.isComplete()) {
            return now;
        }
        Promise<T> first = Promise.promise();
        long timer = vertx.setTimer(PATIENCE_MILLIS, late -> first.tryComplete(known));
        now.onComplete(done -> {
            vertx.cancelTimer(timer);
            if (done.succeeded()) {
                first.tryComplete(done.result());
            } else {
                first.tryFail(done.cause());
            }
        });
        return first.future();
    }

    private Future<T> begin() {
        began = System.nanoTime();
        Future<T> begun = measure.get();
        if (!begun.isComplete()) {
            running = begun;
        }
        return begun.onComplete(done -> {
            running = null;
            ended = System.nanoTime();
            if (done.succeeded()) {
                last = done.result();
            }
        });
    }
}
