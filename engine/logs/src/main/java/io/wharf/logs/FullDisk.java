package io.wharf.logs;

import io.vertx.core.Vertx;
import io.wharf.base.Times;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when monitors have no room to write to: they drop what they cannot write and tell nobody. So each container that
 * was there to say something meanwhile gets word of it, as soon as there is room again. Confined to the verticle's context.
 */
final class FullDisk {
    /** Less is none: a monitor needs a block for what it writes, the file system some for itself. */
    static final long ROOM_BYTES = 64 << 10;

    static final String REASON = "no space left on device";

    private static final Logger LOG = LoggerFactory.getLogger(FullDisk.class);
    private static final long LOOK_MILLIS = 5_000;

    private final Vertx vertx;
    private final LongSupplier free;
    private final Supplier<List<ContainerLog>> live;
    private final Set<ContainerLog> affected = new HashSet<>();
    private long timer = -1;
    /** When there was room the last time. */
    private long goodNanos;

    private boolean full;

    /**
     * A watch that begins with {@link #watch}.
     *
     * @param free bytes that may still be written
     * @param live the logs that are being written
     */
    FullDisk(Vertx vertx, LongSupplier free, Supplier<List<ContainerLog>> live) {
        this.vertx = vertx;
        this.free = free;
        this.live = live;
    }

    /** A log is being written from now on; looks go on as long as one is. */
    void watch() {
        if (timer < 0) {
            goodNanos = Times.nowNanos();
            timer = vertx.setPeriodic(LOOK_MILLIS, due -> look());
        }
    }

    void look() {
        List<ContainerLog> written = live.get();
        if (free.getAsLong() < ROOM_BYTES) {
            if (!full) {
                full = true;
                LOG.error("the disk of the data root is full: what containers say from now on may be lost");
            }
            affected.addAll(written);
            return;
        }
        if (full) {
            full = false;
            affected.forEach(log -> log.incomplete(goodNanos, REASON));
            affected.clear();
        }
        goodNanos = Times.nowNanos();
        if (written.isEmpty()) {
            stop();
        }
    }

    void stop() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }
}
