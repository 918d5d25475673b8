package io.wharf.api;

import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is written, shared by all who write it. Long ones that readers have are kept up to a bound, all together;
 * beyond it one is let go of where memory runs short: an event has room for megabytes of labels, and a reader may stand in
 * the midst of it for hours.
 */
final class EventText {
    /** From so many bytes on it is long. */
    static final int LONG = 16 * 1024;

    /** Bytes of long ones that are kept for their readers whatever the collector thinks of them. */
    private static final long KEPT = 8 << 20;

    private static final AtomicLong KEPT_NOW = new AtomicLong();

    private final long seq;
    private final long timeNanos;
    private final int length;
    private final byte @Nullable [] bytes;
    private final @Nullable SoftReference<byte[]> soft;
    /** Guarded by this, as is what is kept for them. */
    private int readers;

    private byte @Nullable [] kept;

    EventText(long seq, long timeNanos, byte[] text) {
        this.seq = seq;
        this.timeNanos = timeNanos;
        this.length = text.length;
        boolean heavy = length >= LONG;
        this.bytes = heavy ? null : text;
        this.soft = heavy ? new SoftReference<>(text) : null;
    }

    boolean isOf(long number, long time) {
        return seq == number && timeNanos == time;
    }

    boolean isBefore(long number) {
        return seq < number;
    }

    int length() {
        return length;
    }

    boolean isLong() {
        return soft != null;
    }

    /** A reader has it, and says so again by {@link #left} when it has it no more. */
    synchronized void taken() {
        if (soft != null && readers++ == 0) {
            if (KEPT_NOW.addAndGet(length) <= KEPT) {
                kept = soft.get();
            }
            if (kept == null) {
                KEPT_NOW.addAndGet(-length);
            }
        }
    }

    synchronized void left() {
        if (soft != null && --readers == 0) {
            drop();
        }
    }

    private void drop() {
        if (kept != null) {
            kept = null;
            KEPT_NOW.addAndGet(-length);
        }
    }

    /** The bytes, which nobody changes; null where they were let go of. To ask also keeps them for some time. */
    byte @Nullable [] bytes() {
        if (soft == null) {
            return bytes;
        }
        synchronized (this) {
            return kept == null ? soft.get() : kept;
        }
    }

    /** Whether it stays, however little memory there is. */
    synchronized boolean isKept() {
        return soft == null || kept != null;
    }

    /** As where memory has run out, and others have the room that is kept. */
    synchronized void letGo() {
        if (soft != null) {
            drop();
            soft.clear();
        }
    }
}
