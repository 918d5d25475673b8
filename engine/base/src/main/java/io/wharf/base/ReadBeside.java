package io.wharf.base;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second connection to the store's file and a thread for it, that are there only while somebody reads: an engine of
 * which nobody asks the past does without.
 */
final class ReadBeside {
    private static final Logger LOG = LoggerFactory.getLogger(ReadBeside.class);
    private static final long IDLE_SECONDS = 3;

    private final Path file;
    private final String name;
    private @Nullable ThreadPoolExecutor thread;
    /** Of the thread alone. */
    private @Nullable Tx tx;

    private volatile boolean impossible;

    ReadBeside(Path file, String name) {
        this.file = file;
        this.name = name;
    }

    /** Runs the work, or the other where the store has its file for itself. */
    <T> void run(Function<Tx, T> work, CallerPromise<T> promise, Runnable otherwise) {
        if (impossible) {
            otherwise.run();
            return;
        }
        try {
            executor().execute(() -> perform(work, promise, otherwise));
        } catch (RejectedExecutionException e) {
            promise.fail(new WharfException(ErrorKind.UNAVAILABLE, "the engine is stopping"));
        }
    }

    private synchronized ThreadPoolExecutor executor() {
        ThreadPoolExecutor made = thread;
        if (made == null) {
            made = new ThreadPoolExecutor(
                    1,
                    1,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    worker -> Thread.ofPlatform()
                            .name(name + "-read")
                            .daemon(true)
                            .unstarted(() -> withConnection(worker)));
            made.allowCoreThreadTimeOut(true);
            thread = made;
        }
        return made;
    }

    private void withConnection(Runnable worker) {
        try (Connection connection = open()) {
            tx = connection == null ? null : new Tx(connection);
            worker.run();
        } catch (SQLException e) {
            LOG.debug("closing what read beside: {}", e.getMessage());
        }
    }

    private @Nullable Connection open() {
        try {
            return SqliteFile.openBeside(file);
        } catch (SQLException e) {
            LOG.warn("{} cannot be read beside its writer: {}", file, e.getMessage());
            return null;
        }
    }

    private <T> void perform(Function<Tx, T> work, CallerPromise<T> promise, Runnable otherwise) {
        Tx reading = tx;
        if (reading == null) {
            impossible = true;
            otherwise.run();
            return;
        }
        try {
            promise.complete(work.apply(reading));
        } catch (RuntimeException e) {
            promise.fail(e);
        }
    }

    /** Finishes what was asked for. */
    void close() throws InterruptedException {
        ThreadPoolExecutor left;
        synchronized (this) {
            left = thread;
        }
        if (left != null) {
            left.shutdown();
            left.awaitTermination(IDLE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
