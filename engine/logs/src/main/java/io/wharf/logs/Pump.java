package io.wharf.logs;

import io.netty.channel.IoEventLoop;
import io.wharf.linux.Threads;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes the logs of all containers to files here, behind everybody else's back: at a lower
 * priority, and gone while there is nothing to do. Compression has another one.
 */
final class Pump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
    /** A third of a usual thread's share: less, and logs would stand still on a busy machine. */
    private static final int NICENESS = 5;

    private static final int IDLE_SECONDS = 5;
    private static final int STACK_BYTES = 256 << 10;

    /** Who keeps the logs. */
    interface Listener {
        /** The log may be put away. */
        void idle(ContainerLog log);

        /** Lines of a container will never reach their destination. */
        void gaveUp(String id, String name, long lines);

        /** A client that was attached to a container has lost output and its connection. */
        void cutOff(String id, String name, long bytes);

        /** For a while the log of a container could not be written: output of that time may be missing. */
        void incomplete(String id, String name, long sinceNanos, String why);
    }

    /** Work that may fail. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    private final IoEventLoop loop;
    private final LogWatches watches;
    private final Listener listener;
    private final ThreadPoolExecutor writer = thread("wharf-logs");
    private final ThreadPoolExecutor compressor = thread("wharf-logs-gzip");

    /**
     * A pump.
     *
     * @param listener hears, on any thread, what becomes of logs
     */
    Pump(IoEventLoop loop, LogWatches watches, Listener listener) {
        this.loop = loop;
        this.watches = watches;
        this.listener = listener;
    }

    private static ThreadPoolExecutor thread(String name) {
        var pool = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Runnable nice = () -> {
                Threads.nice(NICENESS);
                work.run();
            };
            var thread = new Thread(null, nice, name, STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    LogWatches watches() {
        return watches;
    }

    void later(Runnable work, int millis) {
        if (millis == 0) {
            execute(work);
        } else {
            loop.schedule(() -> execute(work), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void execute(Runnable work) {
        try {
            writer.execute(work);
        } catch (RejectedExecutionException closed) {
            LOG.debug("the engine stops: {}", closed.toString());
        }
    }

    void compress(Work work) {
        try {
            compressor.execute(() -> {
                try {
                    work.run();
                } catch (IOException | RuntimeException e) {
                    LOG.warn("a log is not compressed: {}", e.toString());
                }
            });
        } catch (RejectedExecutionException closed) {
            LOG.debug("the engine stops: {}", closed.toString());
        }
    }

    void idle(ContainerLog log) {
        listener.idle(log);
    }

    void gaveUp(String id, String name, long lines) {
        listener.gaveUp(id, name, lines);
    }

    void cutOff(String id, String name, long bytes) {
        listener.cutOff(id, name, bytes);
    }

    void incomplete(String id, String name, long sinceNanos, String why) {
        listener.incomplete(id, name, sinceNanos, why);
    }

    @Override
    public void close() {
        writer.shutdown();
        compressor.shutdown();
        try {
            if (!writer.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("a log is still being written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
