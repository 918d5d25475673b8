package io.wharf.streams;

/**
 * Turns blocks of a k8s-file log into what clients read: one pass, no object for a line, lines of any length.
 *
 * <p>A record is {@code TIME stdout|stderr F|P TEXT\n}: F ends a line, P is a part of one. Text may be any bytes but a
 * line feed. The output of a block is never longer than the block and {@link #SPARE}, for a record's own head of 45
 * bytes is longer than the frame's and the time together. Source: conmon's {@code ctr_logging.c}.
 */
final class LogScanner {
    /** Room that the output of a block needs beyond the block's length. */
    static final int SPARE = 64;
    /** TIME, blank, stream, blank, tag, blank. */
    static final int HEAD_BYTES = LogTime.BYTES + 10;

    private static final int STREAM_AT = LogTime.BYTES + 1;
    private static final int TAG_AT = LogTime.BYTES + 8;
    /** Payload from which on a frame is closed although more of its stream follows. */
    private static final int FRAME_BYTES = 24 << 10;

    private final LogQuery query;
    private final LogTime time = new LogTime();
    /** Whether the last record of stream 1 or 2 was a part, and whether that line is one to show. */
    private final boolean[] partial = new boolean[3];

    private final boolean[] shown = new boolean[3];
    /** Records of stream 1 or 2 that begin before are not shown. */
    private final long[] begin = new long[3];

    /** In the text of a record whose end has not been seen; in garbage, where {@code stream} is 0. */
    private boolean inText;

    private int stream;
    private boolean whole;
    private boolean over;

    private byte[] out = {};
    private int length;
    private int frame = -1;
    private int frameStream;

    LogScanner(LogQuery query) {
        this.query = query;
    }

    /** Leaves out what a stream (1 or 2) said before a place in the file. */
    void begin(int ofStream, long offset) {
        begin[ofStream] = offset;
    }

    /** Leaves out the rest of a record that began before the place where the scan starts. */
    void skipRest() {
        inText = true;
        stream = 0;
    }

    /** Whether a record after the asked time was seen: nothing more is wanted. */
    boolean over() {
        return over;
    }

    /** Bytes written by the last {@link #scan}. */
    int length() {
        return length;
    }

    /**
     * Scans a block.
     *
     * @param offset of the block in the file
     * @param count of bytes in the block; fewer than its length where the file has no more now
     * @param last whether nothing follows: a torn record at the end then counts as far as it goes
     * @return how many bytes were used up; the rest, an incomplete record, is wanted again with what follows it
     */
    int scan(byte[] block, int count, long offset, boolean last, byte[] into) {
        out = into;
        length = 0;
        frame = -1;
        int at = 0;
        while (at < count && !over) {
            int end = indexOfLineFeed(block, at, count);
            if (!inText) {
                // A record is shown in one piece, unless it is longer than a block or will never be complete.
                if (end == count && !last && (at > 0 || count < block.length)) {
                    break;
                }
                at = head(block, at, end, offset + at);
            }
            if (!over) {
                at = text(block, at, end, count);
            }
        }
        closeFrame();
        return over ? count : at;
    }

    /** Reads the head of a record or of what there is of it; where its text begins. */
    private int head(byte[] block, int at, int end, long offset) {
        if (end - at < HEAD_BYTES) {
            return garbage(at);
        }
        int tag = block[at + TAG_AT];
        stream = block[at + STREAM_AT + 3] == 'o' ? StdFrames.STDOUT : StdFrames.STDERR;
        if (block[at + STREAM_AT - 1] != ' '
                || block[at + STREAM_AT] != 's'
                || block[at + TAG_AT - 1] != ' '
                || block[at + TAG_AT + 1] != ' '
                || (tag != 'F' && tag != 'P')) {
            return garbage(at);
        }
        whole = tag == 'F';
        inText = true;
        if (!partial[stream]) {
            shown[stream] = isShown(block, at, offset);
            if (over) {
                return at;
            }
            if (shown[stream]) {
                openFrame();
                prefix(block, at);
            }
        } else if (shown[stream]) {
            openFrame();
        }
        return at + HEAD_BYTES;
    }

    /** A line that conmon did not write, as a power cut may leave it: passed over. */
    private int garbage(int at) {
        stream = 0;
        inText = true;
        return at;
    }

    private boolean isShown(byte[] block, int at, long offset) {
        if (stream == StdFrames.STDOUT ? !query.stdout() : !query.stderr()) {
            return false;
        }
        if (offset < begin[stream]) {
            return false;
        }
        if (query.sinceNanos() == 0 && query.untilNanos() == 0) {
            return true;
        }
        long nanos = time.nanos(block, at);
        over = query.untilNanos() != 0 && nanos > query.untilNanos();
        return !over && nanos >= query.sinceNanos();
    }

    private void prefix(byte[] block, int at) {
        if (query.timestamps()) {
            length += time.write(block, at, out, length);
            out[length++] = ' ';
        }
        if (query.details()) {
            out[length++] = ' ';
        }
    }

    /** Passes on text up to the record's end or the block's; where the next record begins. */
    private int text(byte[] block, int at, int end, int count) {
        boolean ended = end < count;
        if (stream != 0 && shown[stream]) {
            if (frame < 0) {
                openFrame();
            }
            System.arraycopy(block, at, out, length, end - at);
            length += end - at;
            if (ended && whole) {
                out[length++] = '\n';
                if (query.lines()) {
                    closeFrame();
                }
            }
        }
        if (ended) {
            partial[stream] = !whole && stream != 0;
            inText = false;
            return end + 1;
        }
        return count;
    }

    private void openFrame() {
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

    /** The place of the next line feed, or the end. */
    static int indexOfLineFeed(byte[] block, int from, int end) {
        for (int i = from; i < end; i++) {
            if (block[i] == '\n') {
                return i;
            }
        }
        return end;
    }
}
