package io.wharf.base;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Puts the transitions of each object in order: steps of one key run one after another, steps of different keys side by
 * side. Nobody may wait inside a step for another step of the same key, nor for a process to end.
 */
public final class Lanes {
    private final Map<String, Future<?>> tails = new HashMap<>();

    /** Runs a step when those before it in the same lane have ended, whether well or badly. */
    public <T> Future<T> run(String key, Supplier<Future<T>> step) {
        Promise<T> promise = Promise.promise();
        Future<T> result = promise.future();
        Future<?> before;
        synchronized (tails) {
            before = tails.put(key, result);
        }
        result.onComplete(done -> {
            synchronized (tails) {
                tails.remove(key, result);
            }
        });
        if (before == null) {
            begin(step, promise);
        } else {
            before.onComplete(done -> begin(step, promise));
        }
        return result;
    }

    /** How many lanes have a step running or waiting. */
    public int busy() {
        synchronized (tails) {
            return tails.size();
        }
    }

    private static <T> void begin(Supplier<Future<T>> step, Promise<T> promise) {
        Future<T> running;
        try {
            running = step.get();
        } catch (RuntimeException e) {
            promise.fail(e);
            return;
        }
        running.onComplete(promise);
    }
}
