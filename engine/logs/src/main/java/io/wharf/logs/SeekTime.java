package io.wharf.logs;

import java.io.IOException;

/**
 * Finds by time where to begin in a log, by halving: the records of a log stand in the order of their times but for a few
 * neighbours, so that 10 GB need some twenty small reads, and no index has to be kept.
 */
final class SeekTime {
    /** What is looked at in one place: enough for neighbours to be put right. */
    private static final int PROBE = 16 << 10;
    /** From where on reading is as good as looking. */
    private static final int NEAR = 128 << 10;

    private final Place log;
    private final boolean json;
    private final LogTime time = new LogTime();

    SeekTime(Place log, boolean json) {
        this.log = log;
        this.json = json;
    }

    /**
     * A place before which all records are older, not far before the first that is not.
     *
     * @param from where the log begins, at a record
     * @param size where it ends
     * @param nanos since the epoch
     */
    long find(long from, long size, long nanos) throws IOException {
        long low = from;
        long high = size;
        if (size - from > PROBE && newest(size - PROBE, size) < nanos) {
            // All of it is older, but for what the last look may have cut off.
            return size - PROBE;
        }
        while (high - low > NEAR) {
            long middle = low + (high - low) / 2;
            long newest = newest(middle, high);
            if (newest != Long.MIN_VALUE && newest < nanos) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The latest time among the records that begin in a probe; {@code Long.MIN_VALUE} where none does. */
    private long newest(long place, long end) throws IOException {
        byte[] block = new byte[PROBE + 64];
        int count = log.read(block, 0, (int) Math.min(PROBE, end - place), place);
        long newest = Long.MIN_VALUE;
        int at = LogScanner.indexOfLineFeed(block, 0, count) + 1;
        while (at < count) {
            int next = LogScanner.indexOfLineFeed(block, at, count);
            if (next == count) {
                break;
            }
            newest = Math.max(newest, timeOf(block, at, next));
            at = next + 1;
        }
        return newest;
    }

    private long timeOf(byte[] block, int at, int end) {
        if (!json) {
            return LogScanner.streamOf(block, at, end) == 0 ? Long.MIN_VALUE : time.nanos(block, at);
        }
        // …,"time":"2016-10-06T00:17:09.669794202Z"}
        int i = end - 3;
        while (i > at && block[i] != '"') {
            i--;
        }
        return i <= at || end - i < "\"2016-10-06T00:17:09Z\"}".length() ? Long.MIN_VALUE : time.nanos(block, i + 1);
    }
}
