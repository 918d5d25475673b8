package io.wharf.logs;

import io.wharf.streams.StdFrames;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Turns blocks of a k8s-file log, the monitor's spool or a {@code local} log, into what clients read: one pass, lines of
 * any length.
 *
 * <p>A record is {@code TIME stdout|stderr F|P TEXT\n}: F ends a line, P is a part of one. Text may be any bytes but a
 * line feed. Source: conmon's {@code ctr_logging.c}.
 */
final class LogScanner implements Scanner {
    /** TIME, blank, stream, blank, tag, blank. */
    static final int HEAD_BYTES = LogTime.BYTES + 10;

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = ONES << 7;
    private static final long FEEDS = ONES * '\n';

    private static final int STREAM_AT = LogTime.BYTES + 1;
    private static final int TAG_AT = LogTime.BYTES + 8;

    private final LogOutput output;
    private final byte[] attributes;
    /** Records of stream 1 or 2 that begin before are not shown. */
    private final long[] begin = new long[3];

    /** In the text of a record whose end has not been seen; in garbage, where {@code stream} is 0. */
    private boolean inText;

    private int stream;
    private boolean whole;

    /**
     * A scan.
     *
     * @param attributes of each record, as clients see them
     */
    LogScanner(LogOutput output, byte[] attributes) {
        this.output = output;
        this.attributes = attributes;
    }

    /** Leaves out what a stream (1 or 2) said before a place in the log. */
    void begin(int ofStream, long offset) {
        begin[ofStream] = Math.max(begin[ofStream], offset);
    }

    @Override
    public void skipRest() {
        inText = true;
        stream = 0;
    }

    @Override
    public int scan(byte[] block, int count, long offset, boolean last) {
        int at = 0;
        while (at < count && !output.isOver()) {
            int end = indexOfLineFeed(block, at, count);
            if (!inText) {
                // A record is shown in one piece, unless it is longer than a block or will never be complete.
                if (end == count && !last && (at > 0 || count < Blocks.BYTES)) {
                    break;
                }
                at = head(block, at, end, offset + at);
            }
            if (!output.isOver()) {
                at = text(block, at, end, count);
            }
        }
        return output.isOver() ? count : at;
    }

    /** Reads the head of a record or of what there is of it; where its text begins. */
    private int head(byte[] block, int at, int end, long offset) {
        inText = true;
        stream = streamOf(block, at, end);
        if (stream == 0) {
            return at;
        }
        whole = block[at + TAG_AT] == 'F';
        if (!output.isContinued(stream)) {
            long nanos = output.isTimed() ? output.time().nanos(block, at) : 0;
            if (output.begin(stream, offset >= begin[stream], nanos)) {
                output.openFrame(stream);
                output.prefix(block, at, attributes, attributes.length);
            }
        } else if (output.isShown(stream)) {
            output.openFrame(stream);
        }
        return at + HEAD_BYTES;
    }

    /** The stream of a record, 1 or 2; 0 for what is none, as a power cut may leave it. */
    static int streamOf(byte[] block, int at, int end) {
        if (end - at < HEAD_BYTES
                || block[at + STREAM_AT - 1] != ' '
                || block[at + STREAM_AT] != 's'
                || block[at + TAG_AT - 1] != ' '
                || block[at + TAG_AT + 1] != ' ') {
            return 0;
        }
        int tag = block[at + TAG_AT];
        if (tag != 'F' && tag != 'P') {
            return 0;
        }
        return block[at + STREAM_AT + 3] == 'o' ? StdFrames.STDOUT : StdFrames.STDERR;
    }

    static boolean isPart(byte[] block, int at) {
        return block[at + TAG_AT] == 'P';
    }

    /** Passes on text up to the record's end or the block's; where the next record begins. */
    private int text(byte[] block, int at, int end, int count) {
        boolean ended = end < count;
        if (stream != 0 && output.isShown(stream)) {
            output.openFrame(stream);
            output.text(block, at, end);
            if (ended && whole) {
                output.endLine(true);
            }
        }
        if (ended) {
            if (stream != 0) {
                output.end(stream, whole);
            }
            inText = false;
            return end + 1;
        }
        return count;
    }

    /** The place of the next line feed, or the end; eight bytes at a time, for this loop is most of the work. */
    static int indexOfLineFeed(byte[] block, int from, int end) {
        int i = from;
        for (int last = end - Long.BYTES; i <= last; i += Long.BYTES) {
            // A byte of zero is where a line feed was; borrows reach only bytes behind the first one.
            long odd = (long) EIGHT.get(block, i) ^ FEEDS;
            long found = (odd - ONES) & ~odd & TOPS;
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (i < end && block[i] != '\n') {
            i++;
        }
        return i;
    }
}
