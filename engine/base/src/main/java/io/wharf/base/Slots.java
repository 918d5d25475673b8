package io.wharf.base;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * Lets so many pieces of work run at a time; the others wait in order, without a thread. Each answer arrives on the context
 * of whoever asked.
 */
public final class Slots {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int free;

    public Slots(int count) {
        free = count;
    }

    /** Calls the work on the caller's context, at once or later. */
    public <T> Future<T> run(Supplier<Future<T>> work) {
        Context context = Vertx.currentContext();
        CallerPromise<T> promise = new CallerPromise<>();
        Runnable begin = () -> {
            Future<T> running;
            try {
                running = work.get();
            } catch (RuntimeException e) {
                running = Future.failedFuture(e);
            }
            running.onComplete(
                    value -> {
                        done();
                        promise.complete(value);
                    },
                    failure -> {
                        done();
                        promise.fail(failure);
                    });
        };
        synchronized (this) {
            if (free == 0) {
                waiting.add(context == null ? begin : () -> context.runOnContext(turn -> begin.run()));
                return promise.future();
            }
            free--;
        }
        begin.run();
        return promise.future();
    }

    private void done() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
        }
        next.run();
    }
}
