package io.wharf.logs;

import io.wharf.streams.StdFrames;
import java.util.Arrays;

/**
 * What a client reads of a log: text in frames, with times and attributes where they are wanted. No object for a line.
 *
 * <p>Whoever scans a log says for each record what it is ({@link #begin}) and then gives its text. What comes out is never
 * longer than what is scanned and {@link #SPARE}, for a record's own head is longer than the frame's and the time together.
 */
final class LogOutput {
    /** Room that the output of a block needs beyond the block's length. */
    static final int SPARE = 128;
    /** Payload from which on a frame is closed although more of its stream follows. */
    private static final int FRAME_BYTES = 24 << 10;

    private final LogQuery query;
    /** Whether the last record of stream 1 or 2 was a part, and whether that line is one to show. */
    private final boolean[] partial = new boolean[3];

    private final boolean[] shown = new boolean[3];
    private final LogTime time = new LogTime();
    private boolean over;

    private byte[] out = {};
    private int length;
    private int frame = -1;
    private int frameStream;
    private int markLength;
    private int markFrame;
    private int markStream;

    LogOutput(LogQuery query) {
        this.query = query;
    }

    LogQuery query() {
        return query;
    }

    LogTime time() {
        return time;
    }

    /** Writes from the start of an array on. */
    void into(byte[] array) {
        out = array;
        length = 0;
        frame = -1;
    }

    /** Closes what is open; the bytes that were written. */
    int finish() {
        closeFrame();
        return length;
    }

    int length() {
        return length;
    }

    /** Where the bytes are: the array that was given, or a longer one. */
    byte[] array() {
        return out;
    }

    /** Whether a record after the asked time was seen: nothing more is wanted. */
    boolean isOver() {
        return over;
    }

    /** Whether times of records matter at all. */
    boolean isTimed() {
        return query.sinceNanos() != 0 || query.untilNanos() != 0;
    }

    /** Whether the next record of a stream goes on with a line. */
    boolean isContinued(int stream) {
        return partial[stream];
    }

    /** Remembers the place, for a record whose end may not be there yet. */
    void mark() {
        markLength = length;
        markFrame = frame;
        markStream = frameStream;
    }

    void reset() {
        length = markLength;
        frame = markFrame;
        frameStream = markStream;
    }

    /**
     * A record begins that begins a line; whether it is shown.
     *
     * @param kept whether it lies in what is to be read
     * @param nanos its time, where times matter
     */
    boolean begin(int stream, boolean kept, long nanos) {
        boolean show = kept && (stream == StdFrames.STDOUT ? query.stdout() : query.stderr());
        if (show && isTimed()) {
            over = query.untilNanos() != 0 && nanos > query.untilNanos();
            show = !over && nanos >= query.sinceNanos();
        }
        shown[stream] = show;
        return show;
    }

    /** A record begins; whether it is shown, a part as its line. */
    boolean isShown(int stream) {
        return shown[stream];
    }

    void end(int stream, boolean whole) {
        partial[stream] = !whole;
    }

    /** Writes what stands before a line; the time is read where it stands in the log. */
    void prefix(byte[] block, int timeAt, byte[] attributes, int attributesLength) {
        if (query.timestamps()) {
            length += time.write(block, timeAt, out, length);
            out[length++] = ' ';
        }
        if (query.details()) {
            // Attributes are not in the spool, so that here what comes out may be longer than what is scanned.
            if (out.length - length < attributesLength + block.length + SPARE) {
                out = Arrays.copyOf(out, out.length * 2 + attributesLength);
            }
            System.arraycopy(attributes, 0, out, length, attributesLength);
            length += attributesLength;
            out[length++] = ' ';
        }
    }

    void text(byte[] block, int from, int end) {
        System.arraycopy(block, from, out, length, end - from);
        length += end - from;
    }

    void put(int octet) {
        out[length++] = (byte) octet;
    }

    /** A line feed where one is wanted, and the end of the frame where each line has its own. */
    void endLine(boolean feed) {
        if (feed) {
            out[length++] = '\n';
        }
        if (query.lines()) {
            closeFrame();
        }
    }

    void openFrame(int stream) {
        if (!query.framed()) {
            frame = 0;
            return;
        }
        if (frame >= 0 && frameStream == stream && length - frame < FRAME_BYTES) {
            return;
        }
        closeFrame();
        frame = length;
        frameStream = stream;
        length += StdFrames.HEADER_BYTES;
    }

    private void closeFrame() {
        if (query.framed() && frame >= 0) {
            int bytes = length - frame - StdFrames.HEADER_BYTES;
            if (bytes == 0) {
                length = frame;
            } else {
                StdFrames.header(out, frame, frameStream, bytes);
            }
        }
        frame = -1;
    }
}
