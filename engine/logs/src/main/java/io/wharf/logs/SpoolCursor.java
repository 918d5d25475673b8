package io.wharf.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One reader's place in a spool; what lies between it and its end is kept for it. Used by one thread at a time.
 *
 * <p>Who closes it says that he needs nothing any more.
 */
final class SpoolCursor implements Place, AutoCloseable {
    private final Spool spool;
    private final long patience;
    private volatile long position;
    private volatile long limit = Long.MAX_VALUE;
    private @Nullable Segment held;

    /**
     * A reader.
     *
     * @param patience for how many bytes behind the end what it has not read is kept
     */
    SpoolCursor(Spool spool, long position, long patience) {
        this.spool = spool;
        this.position = position;
        this.patience = patience;
        spool.add(this);
    }

    /** Reads no further than to here. */
    void limit(long end) {
        limit = end;
    }

    /** Whether nothing more is to be read from here. */
    boolean isEnd(long place) {
        return place >= limit;
    }

    long position() {
        return position;
    }

    /** What lies before is read. */
    void moveTo(long place) {
        position = place;
    }

    /** Whether it is still to read what lies between two places of a spool that goes as far as a third. */
    boolean wants(long start, long end, long spoolEnd) {
        return position < end && start < limit && spoolEnd - end <= patience;
    }

    @Override
    public int read(byte[] into, int offset, int length, long place) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(into, offset, (int) Math.min(length, Math.max(0, limit - place)));
        int begun = buffer.position();
        while (buffer.hasRemaining()) {
            long at = place + buffer.position() - begun;
            Segment segment = held;
            if (segment == null || at < segment.start) {
                segment = take(at);
                if (segment == null || segment.start > at) {
                    break;
                }
            }
            if (segment.read(buffer, at) < 0) {
                if (!segment.isComplete()) {
                    break;
                }
                if (at >= segment.end() && !advance(at)) {
                    break;
                }
            }
        }
        return buffer.position() - begun;
    }

    private boolean advance(long at) throws IOException {
        Segment before = held;
        Segment after = take(at);
        return after != null && after != before && after.start <= at;
    }

    private @Nullable Segment take(long at) throws IOException {
        Segment found = spool.acquire(at);
        Segment before = held;
        held = found;
        if (before != null) {
            spool.release(before);
        }
        return found;
    }

    /** Goes on with the oldest byte where what it had not read is gone; how many bytes it has missed. */
    long skipGone() throws IOException {
        // Not the spool's start: what another reader keeps may lie before what is gone.
        long oldest = spool.startFrom(position);
        long missed = Math.max(0, oldest - position);
        if (missed > 0) {
            position = oldest;
        }
        return missed;
    }

    @Override
    public void close() {
        Segment segment = held;
        held = null;
        if (segment != null) {
            spool.release(segment);
        }
        spool.remove(this);
    }
}
