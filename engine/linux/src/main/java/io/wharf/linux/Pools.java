package io.wharf.linux;

import io.vertx.core.Future;
import io.wharf.base.CallerPromise;
import io.wharf.base.Metrics;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounded pools of platform threads for native work that may block (a blocked native call would pin the carrier of a
 * virtual thread, and there are only as many as cores).
 *
 * <p>Two lanes: what stops or kills never waits behind mounts, unpacking or fsync. Threads are daemons with small stacks
 * and end when idle, so an idle engine has none.
 */
public final class Pools implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pools.class);
    private static final Metrics.Family<Metrics.Gauge> WAITING =
            Metrics.gauges("wharf_pool_waiting", "Pieces of blocking work without a thread yet.", "pool");
    private static final Metrics.Family<Metrics.Gauge> ACTIVE =
            Metrics.gauges("wharf_pool_active", "Threads at blocking work.", "pool");
    private static final long SLOW_MILLIS = 5000;
    private static final int IDLE_SECONDS = 10;
    private static final int STACK_BYTES = 256 << 10;

    private final ThreadPoolExecutor general;
    private final ThreadPoolExecutor urgent;

    /** Pools of at most so many threads. */
    public Pools(int generalThreads, int urgentThreads) {
        general = pool("native", generalThreads);
        urgent = pool("stop", urgentThreads);
    }

    /** As a daemon wants them: a few times the cores, for most of this work waits for the kernel. */
    public static Pools standard() {
        return new Pools(Math.max(8, 4 * Runtime.getRuntime().availableProcessors()), 4);
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        var count = new AtomicInteger();
        var pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    var thread = new Thread(null, task, "wharf-" + name + "-" + count.incrementAndGet(), STACK_BYTES);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        WAITING.of(name).from(() -> pool.getQueue().size());
        ACTIVE.of(name).from(pool::getActiveCount);
        return pool;
    }

    /** Runs blocking work; the answer arrives on the caller's Vert.x context, where it has one. */
    public <T> Future<T> call(Callable<T> work) {
        return call(general, work);
    }

    /** As {@link #call}, on the threads that are kept for stopping and killing. */
    public <T> Future<T> callUrgently(Callable<T> work) {
        return call(urgent, work);
    }

    public Future<Void> run(Action work) {
        return call(() -> {
            work.run();
            return null;
        });
    }

    public Future<Void> runUrgently(Action work) {
        return callUrgently(() -> {
            work.run();
            return null;
        });
    }

    /** Work without an answer. */
    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    /** How many pieces of general work wait for a thread. */
    public int waiting() {
        return general.getQueue().size();
    }

    private static <T> Future<T> call(ThreadPoolExecutor pool, Callable<T> work) {
        var promise = new CallerPromise<T>();
        var asked = System.nanoTime();
        try {
            pool.execute(() -> {
                tellIfSlow(System.nanoTime() - asked);
                T result;
                try {
                    result = work.call();
                } catch (Throwable e) {
                    promise.fail(e);
                    return;
                }
                promise.complete(result);
            });
        } catch (RejectedExecutionException closed) {
            promise.fail(closed);
        }
        return promise.future();
    }

    private static void tellIfSlow(long waited) {
        var millis = TimeUnit.NANOSECONDS.toMillis(waited);
        if (millis >= SLOW_MILLIS) {
            LOG.info("slow: blocking work waited {} ms for a thread", millis);
        }
    }

    /** Takes no more work; what was accepted is still done. */
    @Override
    public void close() {
        general.shutdown();
        urgent.shutdown();
    }
}
