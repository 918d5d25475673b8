package io.wharf.logs;

import io.wharf.base.Times;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the feed of one container to a destination elsewhere, on a thread of its own, for it may block: one that is
 * stuck holds up nobody else's log. The thread lives as long as there is a run, or something to deliver.
 */
final class RemoteTask implements RemoteFeed.Runner, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteTask.class);
    private static final int STACK_BYTES = 256 << 10;
    private static final long GATHER_NANOS = 20_000_000;
    private static final long LOOK_NANOS = 60_000_000_000L;
    private static final long FIRST_RETRY_NANOS = 100_000_000;
    private static final long LAST_RETRY_NANOS = 30_000_000_000L;
    /** So often a pause looks how much waits. */
    private static final long LOOK_BACK_NANOS = 500_000_000;

    private static final int CLOSE_MILLIS = 2_000;
    /** Complaints of one destination are not written more often. */
    private static final long QUIET_NANOS = 60_000_000_000L;

    private final ContainerLog log;
    private final String id;
    private final RemoteFeed feed;
    private final LongConsumer onGivenUp;
    /** One object, so that a file is not watched for it twice. */
    private final Runnable onChange = this::wake;

    private @Nullable Thread thread;
    /** Whether the thread is to close the feed when it comes back. */
    private boolean abandoned;

    private volatile boolean closed;
    private volatile boolean failing;
    private boolean done = true;
    private boolean wanted;
    private long retryNanos;
    private long complainedNanos;

    /**
     * A task.
     *
     * @param onGivenUp hears how many lines were given up
     */
    RemoteTask(
            ContainerLog log,
            Path saved,
            Spool spool,
            FeedPosition position,
            LogDriverKind kind,
            LogSource source,
            LongConsumer onGivenUp) {
        this.log = log;
        this.id = source.id();
        this.onGivenUp = onGivenUp;
        this.feed = new RemoteFeed(saved, spool, position, kind, source, this);
    }

    /** There may be something to do: a run has begun or ended, or an earlier life has left something. */
    synchronized void go() {
        done = false;
        wanted = true;
        if (thread == null && !closed) {
            Thread started =
                    new Thread(null, this::run, "wharf-log-" + id.substring(0, Math.min(12, id.length())), STACK_BYTES);
            started.setDaemon(true);
            thread = started;
            started.start();
        } else {
            LockSupport.unpark(thread);
        }
    }

    synchronized boolean isDone() {
        return done;
    }

    private synchronized void wake() {
        LockSupport.unpark(thread);
    }

    private void run() {
        boolean more = true;
        while (more && !closed) {
            try {
                more = step();
            } catch (IOException | RuntimeException | Error e) {
                // An Error as well: with this thread the deliveries would end for good.
                if (!closed) {
                    feed.retreat();
                    pause(e);
                }
            }
        }
        boolean last = false;
        synchronized (this) {
            if (thread == Thread.currentThread()) {
                thread = null;
                last = abandoned;
            }
        }
        if (last) {
            closeFeed();
        }
    }

    /** One turn; false where the thread is to end. */
    private boolean step() throws IOException {
        synchronized (this) {
            wanted = false;
        }
        Spool spool = feed.spool();
        boolean last = !spool.isLive();
        long end = spool.end();
        boolean more = feed.turn(last);
        if (more) {
            return true;
        }
        if (last) {
            synchronized (this) {
                if (wanted) {
                    return true;
                }
                done = true;
                thread = abandoned ? thread : null;
                notifyAll();
            }
            log.wentIdle();
            return false;
        }
        log.watch(onChange);
        if (spool.end() == end && !closed) {
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        // What is said in one breath is delivered in one turn.
        if (!closed && spool.isLive()) {
            LockSupport.parkNanos(this, GATHER_NANOS);
        }
        return true;
    }

    @Override
    public void failed(IOException failure) throws IOException {
        if (closed) {
            throw failure;
        }
        pause(failure);
        if (closed) {
            throw failure;
        }
    }

    private void pause(Throwable failure) {
        failing = true;
        long now = System.nanoTime();
        if (complainedNanos == 0 || now - complainedNanos > QUIET_NANOS) {
            complainedNanos = now;
            LOG.warn("the log of {} waits for its destination: {}", id, failure.toString());
        }
        retryNanos = Math.clamp(retryNanos * 2, FIRST_RETRY_NANOS, LAST_RETRY_NANOS);
        long until = now + retryNanos;
        while (!closed && System.nanoTime() < until && !feed.overflows()) {
            LockSupport.parkNanos(this, Math.min(LOOK_BACK_NANOS, until - System.nanoTime()));
        }
    }

    @Override
    public void delivered() {
        retryNanos = 0;
        if (failing) {
            failing = false;
            complainedNanos = 0;
            LOG.info("the log of {} is taken again at {}", id, Times.rfc3339Nano(Times.nowNanos()));
        }
    }

    @Override
    public void gaveUp(long lines) {
        LOG.warn("{} lines of the log of {} were given up: too much waits for the destination", lines, id);
        onGivenUp.accept(lines);
    }

    /** Waits until all is delivered, but not for a destination that does not answer. */
    synchronized void drain(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (!done && !failing && System.nanoTime() < until) {
                wait(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void delete() throws IOException {
        feed.delete();
    }

    /** Has the thread end soon; see {@link #close}. */
    void hurry() {
        closed = true;
        feed.hurry();
        wake();
    }

    /**
     * Ends the thread, which is never interrupted: the files that it reads are read by others through the same channels.
     * One that does not come back in time closes the feed itself when it does.
     */
    @Override
    public void close() {
        hurry();
        try {
            Thread running;
            synchronized (this) {
                running = thread;
            }
            if (running != null) {
                running.join(CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            abandoned = thread != null;
            if (abandoned) {
                LOG.warn("the log driver of {} does not come back yet", id);
                return;
            }
        }
        closeFeed();
    }

    private void closeFeed() {
        try {
            feed.close();
        } catch (IOException e) {
            LOG.warn("closing the log driver of {}: {}", id, e.toString());
        }
    }
}
