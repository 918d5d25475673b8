package io.wharf.streams;

/**
 * What a reader of events holds of them before its client has taken them: some events or some bytes, whichever is less, and
 * one where that is more. A thousand readers that stand still hold a thousand times this.
 *
 * <p>The size of an event is known when it comes. So a reader asks for one at a time, and for the next in the same breath as
 * long as it may hold more. Whoever gets true from one of these asks for one; a source that is asked while it gives goes on
 * giving, at no cost.
 */
public final class ReadAhead {
    /** Events that a reader holds at most. */
    public static final int EVENTS = 16;
    /** Bytes at which it wants no more; what comes last may exceed them. */
    public static final int BYTES = 16 * 1024;

    private int events;
    private long bytes;
    private boolean asked;
    /** Of these, what was written whole and may still be in the connection's queue. */
    private int written;

    private long writtenBytes;

    /** The first is to be asked for. */
    public synchronized boolean begin() {
        return ask();
    }

    /** One has come; whether the next is to be asked for. */
    public synchronized boolean came(long size) {
        asked = false;
        events++;
        bytes += size;
        return ask();
    }

    /** One was written whole: it is the client's once the queue is. */
    public synchronized void wrote(long size) {
        written++;
        writtenBytes += size;
    }

    /** The client has taken all that was written; whether the next is to be asked for. */
    public synchronized boolean taken() {
        int count = written;
        long size = writtenBytes;
        written = 0;
        writtenBytes = 0;
        return count > 0 && went(count, size);
    }

    /** The client has taken some; whether the next is to be asked for. */
    synchronized boolean went(int count, long size) {
        events -= count;
        bytes -= size;
        return ask();
    }

    private boolean ask() {
        if (asked || events >= EVENTS || bytes >= BYTES) {
            return false;
        }
        asked = true;
        return true;
    }
}
