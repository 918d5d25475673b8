package io.wharf.logs;

import io.wharf.streams.StdFrames;
import java.io.IOException;

/**
 * Finds where the last lines of a log begin by reading it backwards, block by block.
 *
 * <p>A line is all its parts and the record that ends it; both streams count, as they do for Docker. Where parts of one
 * stream's line stand between the records of the other, each stream begins at a place of its own.
 */
final class LogTail {
    static final int BLOCK = 64 << 10;
    /** How far before the last line asked for the other stream's parts are looked for. */
    private static final long REACH = 64 << 10;

    private final Place file;
    private final int blockBytes;
    private final long from;
    private final long wanted;
    private final long[] floor;
    private final long[] begin = new long[3];
    /** Whether a record of the stream was met: only before the last one is a part no line of its own. */
    private final boolean[] met = new boolean[3];

    private final boolean[] settled = new boolean[3];
    private long lines;
    private long stop = Long.MIN_VALUE;

    private LogTail(Place file, int blockBytes, long from, long wanted, long[] floor) {
        this.floor = floor;
        this.file = file;
        this.blockBytes = blockBytes;
        this.from = from;
        this.wanted = wanted;
    }

    /**
     * Where the lines begin, for {@code stdout} at index 1 and {@code stderr} at 2; nothing before is theirs. At index 0,
     * how many there are.
     *
     * @param blockBytes how much is read at once
     * @param from where the log begins, at a record
     * @param size where it ends
     * @param floor records of a stream before this place do not count, {@code stdout} at index 1, {@code stderr} at 2
     */
    static long[] find(Place file, int blockBytes, long from, long size, long lines, long[] floor) throws IOException {
        LogTail tail = new LogTail(file, blockBytes, from, lines, floor);
        tail.begin[1] = size;
        tail.begin[2] = size;
        if (lines > 0) {
            tail.search(size);
        }
        tail.begin[0] = tail.lines;
        return tail.begin;
    }

    private void search(long size) throws IOException {
        byte[] block = new byte[blockBytes + LogScanner.HEAD_BYTES];
        // A record begins after each line feed but the file's last byte, and at the very start.
        long end = size;
        while (end > from) {
            long start = Math.max(from, end - blockBytes);
            int count = read(block, start, (int) Math.min(size - start, end - start + LogScanner.HEAD_BYTES));
            for (int i = (int) (end - start) - 1; i >= 0; i--) {
                boolean feed = block[i] == '\n';
                if (feed && start + i + 1 < size && record(block, i + 1, count, start + i + 1)) {
                    return;
                }
            }
            if (start == from) {
                record(block, 0, count, from);
            }
            end = start;
        }
    }

    private int read(byte[] block, long start, int length) throws IOException {
        return file.read(block, 0, length, start);
    }

    /** Looks at a record, the last ones first; whether nothing before it matters any more. */
    private boolean record(byte[] block, int at, int count, long offset) {
        if (count - at < LogScanner.HEAD_BYTES) {
            return false;
        }
        int stream = block[at + LogTime.BYTES + 4] == 'o' ? StdFrames.STDOUT : StdFrames.STDERR;
        if (offset < floor[stream]) {
            return false;
        }
        boolean part = block[at + LogTime.BYTES + 8] == 'P';
        if (stop != Long.MIN_VALUE) {
            // Only parts of lines that are already counted matter here.
            if (!part) {
                settled[stream] = true;
            } else if (!settled[stream]) {
                begin[stream] = offset;
            }
            return (settled[1] && settled[2]) || offset < stop - REACH;
        }
        if (part && met[stream]) {
            begin[stream] = offset;
            return false;
        }
        met[stream] = true;
        if (lines == wanted) {
            stop = offset;
            settled[stream] = true;
            int other = StdFrames.STDOUT + StdFrames.STDERR - stream;
            settled[other] = !met[other];
            return settled[other];
        }
        lines++;
        begin[stream] = offset;
        return false;
    }
}
