package io.wharf.logs;

import io.wharf.base.Times;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one feed on the pump's thread: a turn at a time, when its spool has grown, until the run is over and all is
 * delivered. Safe for all threads.
 */
final class FeedTask implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FeedTask.class);
    /** So long lines gather before they are written: a container that writes one after another costs no more. */
    private static final int GATHER_MILLIS = 50;

    private static final int REOPEN_MILLIS = 10;
    /** While a client reads as fast as it can, the log waits for it, but neither for long nor for much. */
    private static final long BUSY_NANOS = 200_000_000;

    private static final int BUSY_MILLIS = 2_000;
    private static final long BUSY_BYTES = 256L << 20;
    private static final int FIRST_RETRY_MILLIS = 500;
    private static final int LAST_RETRY_MILLIS = 30_000;

    private final Pump pump;
    private final ContainerLog log;
    private final Feed feed;
    /** One object, so that a file is not watched for it twice. */
    private final Runnable onChange = this::changed;

    private boolean scheduled;
    private boolean running;
    private boolean closed;
    private boolean done = true;
    private int waited;
    private int retryMillis;
    /** Since when it cannot be written; 0 while it can. */
    private long failingNanos;

    private String why = "";

    FeedTask(Pump pump, ContainerLog log, Feed feed) {
        this.pump = pump;
        this.log = log;
        this.feed = feed;
    }

    /** A run has begun: nothing is to be done before it says something. */
    void begin() throws IOException {
        synchronized (this) {
            done = false;
        }
        log.watch(onChange);
        if (feed.backlog() > 0) {
            changed();
        }
    }

    /** A run has ended: what is left may also go with its container at once. */
    void ended() {
        synchronized (this) {
            done = false;
        }
        changed();
    }

    synchronized boolean isDone() {
        return done;
    }

    private void changed() {
        schedule(GATHER_MILLIS);
    }

    private void schedule(int millis) {
        synchronized (this) {
            if (scheduled || closed) {
                return;
            }
            scheduled = true;
        }
        pump.later(this::run, millis);
    }

    private void run() {
        synchronized (this) {
            scheduled = false;
            if (closed) {
                return;
            }
            running = true;
        }
        try {
            step();
            retryMillis = 0;
        } catch (IOException | RuntimeException | Error e) {
            // An Error as well: nobody else would ever drive this feed again.
            failed(e);
        } finally {
            synchronized (this) {
                running = false;
                notifyAll();
            }
        }
    }

    private void failed(Throwable failure) {
        retryMillis = Math.clamp(retryMillis * 2L, FIRST_RETRY_MILLIS, LAST_RETRY_MILLIS);
        LOG.warn("the log of {} waits: {}", log.id(), failure.toString());
        if (failingNanos == 0) {
            failingNanos = Times.nowNanos();
        }
        why = String.valueOf(failure.getMessage());
        try {
            feed.retreat();
        } finally {
            schedule(retryMillis);
        }
    }

    /** Told when it is over, for what cannot be written mostly cannot be told either. */
    private void recovered() {
        if (failingNanos != 0) {
            log.incomplete(failingNanos, why);
            failingNanos = 0;
        }
    }

    private void step() throws IOException {
        Spool spool = feed.spool();
        // Asked before reading: what is written before the word of the end is then surely read.
        boolean last = !spool.isLive();
        if (isToWait(spool)) {
            waited += GATHER_MILLIS;
            schedule(GATHER_MILLIS);
            return;
        }
        waited = 0;
        long end = spool.end();
        boolean more = feed.turn(last);
        recovered();
        spool.rotate();
        if (feed.isToCompress()) {
            pump.compress(log::compress);
        }
        if (more) {
            schedule(0);
        } else if (last) {
            synchronized (this) {
                done = !spool.isLive();
            }
            pump.idle(log);
        } else {
            if (spool.isReopening()) {
                schedule(REOPEN_MILLIS);
            }
            log.watch(onChange);
            if (spool.end() != end) {
                changed();
            }
        }
    }

    private boolean isToWait(Spool spool) throws IOException {
        return spool.sinceRead() < BUSY_NANOS && waited < BUSY_MILLIS && feed.backlog() < BUSY_BYTES;
    }

    /** No turn begins any more; one under way is waited for. */
    @Override
    public void close() {
        feed.hurry();
        try {
            synchronized (this) {
                closed = true;
                while (running) {
                    wait();
                }
            }
            feed.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("closing the log of {}: {}", log.id(), e.toString());
        }
    }
}
