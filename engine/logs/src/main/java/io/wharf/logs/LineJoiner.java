package io.wharf.logs;

import io.wharf.streams.StdFrames;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts lines together that the monitor wrote in parts, as it writes whatever one read gives it.
 *
 * <p>A line that is longer than {@link #LINE_BYTES} goes on in parts, as with Docker, never within a character. What comes
 * out depends on what went in alone, so that after a crash the same bytes come once more.
 */
final class LineJoiner {
    static final int LINE_BYTES = 16 << 10;
    static final byte[] NOTHING = {};
    /** So far behind an unfinished line its beginning is kept in the spool; then it is given out as a part. */
    private static final long REACH = 1 << 20;

    /** Takes lines. */
    interface Lines {
        /**
         * A line or a part of one.
         *
         * @param head holds the record's time at {@code timeAt}
         * @param text from {@code from} to {@code end}, without the line feed; the caller's again afterwards
         * @param whole whether the line ends here
         */
        void line(int stream, byte[] head, int timeAt, byte[] text, int from, int end, boolean whole)
                throws IOException;
    }

    private static final class Pending {
        final byte[] time = new byte[LogTime.BYTES];
        byte[] bytes = new byte[LINE_BYTES];
        int length;
        /** Where its first record begins; -1 where all there is are bytes of a character that was cut off. */
        long start = -1;
    }

    private final Lines lines;
    private final @Nullable Pending[] pending = new @Nullable Pending[3];
    /** Records of stream 1 or 2 that begin before have been given out. */
    private final long[] begin = new long[3];

    private long position;

    LineJoiner(Lines lines) {
        this.lines = lines;
    }

    /** Goes on at a saved position. */
    static LineJoiner at(FeedPosition position, Lines lines) {
        LineJoiner joiner = new LineJoiner(lines);
        joiner.resume(StdFrames.STDOUT, position.out(), position.carryOut());
        joiner.resume(StdFrames.STDERR, position.err(), position.carryErr());
        joiner.position = position.least();
        return joiner;
    }

    private void resume(int stream, long consumed, byte[] carry) {
        begin[stream] = consumed;
        if (carry.length > 0) {
            Pending line = pendingOf(stream);
            System.arraycopy(carry, 0, line.bytes, 0, carry.length);
            line.length = carry.length;
        }
    }

    /** Where to read on. */
    long position() {
        return position;
    }

    /** Leaves out what lies before a place. */
    void skipTo(long place) {
        position = place;
        begin[1] = place;
        begin[2] = place;
        Arrays.fill(pending, null);
    }

    /** Up to where all that a stream said has been given out. */
    long consumed(int stream) {
        Pending line = pending[stream];
        return line != null && line.start >= 0 ? line.start : Math.max(position, begin[stream]);
    }

    /** Bytes of a character that are still to be given out although they lie before {@link #consumed}. */
    byte[] carry(int stream) {
        Pending line = pending[stream];
        return line == null || line.start >= 0 || line.length == 0 ? NOTHING : Arrays.copyOf(line.bytes, line.length);
    }

    /**
     * Takes a block that begins at {@link #position}.
     *
     * @return how many bytes were used up
     */
    int take(byte[] block, int count) throws IOException {
        int at = 0;
        long offset = position;
        while (at < count) {
            int end = LogScanner.indexOfLineFeed(block, at, count);
            if (end == count) {
                // Longer than a block is no record of a monitor.
                at = at == 0 && count >= Blocks.BYTES ? count : at;
                break;
            }
            int stream = LogScanner.streamOf(block, at, end);
            if (stream != 0 && offset + at >= begin[stream]) {
                record(stream, block, at, end, offset + at);
            }
            at = end + 1;
            position = offset + at;
        }
        position = offset + at;
        return at;
    }

    private void record(int stream, byte[] block, int at, int end, long offset) throws IOException {
        int from = at + LogScanner.HEAD_BYTES;
        boolean whole = !LogScanner.isPart(block, at);
        Pending other = pending[3 - stream];
        if (other != null && other.start >= 0 && offset - other.start > REACH) {
            emitPart(3 - stream, other);
        }
        Pending line = pending[stream];
        if ((line == null || line.length == 0) && whole) {
            emit(stream, block, at, block, from, end, true);
            return;
        }
        line = pendingOf(stream);
        if (line.start >= 0 && line.length + end - from > LINE_BYTES) {
            emitPart(stream, line);
        }
        if (line.start < 0) {
            line.start = offset;
            System.arraycopy(block, at, line.time, 0, LogTime.BYTES);
        }
        if (line.length + end - from > line.bytes.length) {
            line.bytes = Arrays.copyOf(line.bytes, line.length + end - from);
        }
        System.arraycopy(block, from, line.bytes, line.length, end - from);
        line.length += end - from;
        if (whole) {
            emit(stream, line.time, 0, line.bytes, 0, line.length, true);
            clear(line);
        }
    }

    private void emit(int stream, byte[] head, int timeAt, byte[] text, int from, int end, boolean whole)
            throws IOException {
        int at = from;
        while (end - at > LINE_BYTES) {
            int cut = at + LINE_BYTES - Utf8.cutOff(text, at, at + LINE_BYTES);
            lines.line(stream, head, timeAt, text, at, cut, false);
            at = cut;
        }
        lines.line(stream, head, timeAt, text, at, end, whole);
    }

    /** Gives out a part but for a character that is cut off. */
    private void emitPart(int stream, Pending line) throws IOException {
        int cut = Utf8.cutOff(line.bytes, 0, line.length);
        int length = line.length - cut;
        emit(stream, line.time, 0, line.bytes, 0, length, false);
        System.arraycopy(line.bytes, length, line.bytes, 0, cut);
        line.length = cut;
        line.start = -1;
    }

    private static void clear(Pending line) {
        line.length = 0;
        line.start = -1;
        if (line.bytes.length > LINE_BYTES) {
            line.bytes = new byte[LINE_BYTES];
        }
    }

    private Pending pendingOf(int stream) {
        Pending line = pending[stream];
        if (line == null) {
            line = new Pending();
            pending[stream] = line;
        }
        return line;
    }

    /** The run is over: lines without an end are given out as far as they go. */
    void flush() throws IOException {
        for (int stream = 1; stream <= 2; stream++) {
            Pending line = pending[stream];
            if (line != null && line.length > 0) {
                emit(stream, line.time, 0, line.bytes, 0, line.length, false);
                pending[stream] = null;
            }
        }
    }
}
