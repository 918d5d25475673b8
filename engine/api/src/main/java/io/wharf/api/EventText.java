package io.wharf.api;

import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is written, shared by all who write it. A long one is let go of where memory runs out: an event has room
 * for megabytes of labels, and a reader may stand in the midst of it for hours.
 */
final class EventText {
    /** From so many bytes on it is long. */
    static final int LONG = 16 * 1024;

    private final long seq;
    private final long timeNanos;
    private final int length;
    private final byte @Nullable [] bytes;
    private final @Nullable SoftReference<byte[]> soft;

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

    /** The bytes, which nobody changes; null where they were let go of. To ask also keeps them for some time. */
    byte @Nullable [] bytes() {
        return soft == null ? bytes : soft.get();
    }

    /** As where memory has run out. */
    void letGo() {
        if (soft != null) {
            soft.clear();
        }
    }
}
