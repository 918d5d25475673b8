package io.wharf.base;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the transitions of each object in order: steps of one key run one after another, steps of different keys side by
 * side. Nobody may wait inside a step for another step of the same key, nor for a process to end.
 */
public final class Lanes {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    private static final Metrics.Family<Metrics.Gauge> BUSY =
            Metrics.gauges("wharf_lanes_busy", "Objects with a step under way or waiting.", "room");
    private static final Metrics.Family<Metrics.Durations> WAITS =
            Metrics.durations("wharf_lane_wait_seconds", "Waits of steps for those before them.", "room");
    private static final long SLOW_MILLIS = 5000;

    private final Map<String, Future<?>> tails = new HashMap<>();
    private final String room;

    /** Of objects of such a kind, as metrics and the log call them. */
    public Lanes(String room) {
        this.room = room;
        BUSY.of(room).from(this::busy);
    }

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
            long asked = System.nanoTime();
            before.onComplete(done -> {
                waited(key, System.nanoTime() - asked);
                begin(step, promise);
            });
        }
        return result;
    }

    private void waited(String key, long nanos) {
        WAITS.of(room).record(nanos);
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        if (millis >= SLOW_MILLIS) {
            LOG.info("slow: a step of {} {} waited {} ms for the one before it", room, key, millis);
        }
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
