package io.wharf.events.sinks;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;

/** Runs what may wait for a disk on a virtual thread of its own, and answers on the caller's context. */
final class Blocking {
    private final Vertx vertx;

    Blocking(Vertx vertx) {
        this.vertx = vertx;
    }

    <T> Future<T> call(Callable<T> work) {
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        Thread.ofVirtual().name("event-sink").start(() -> {
            try {
                T value = work.call();
                context.runOnContext(here -> promise.complete(value));
            } catch (Throwable e) {
                context.runOnContext(here -> promise.fail(e));
            }
        });
        return promise.future();
    }
}
