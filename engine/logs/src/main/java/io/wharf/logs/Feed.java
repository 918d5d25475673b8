package io.wharf.logs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The way from a spool into one destination, with a saved position. One thread at a time works on it; readers ask for
 * what was published last.
 */
abstract class Feed implements AutoCloseable {
    /** What one turn takes at most, so that others get theirs. */
    private static final int TURN_BYTES = 4 << 20;

    private final Path saved;
    private final Spool spool;
    private final SpoolCursor cursor;
    private volatile FeedPosition position;
    private volatile boolean hurried;

    Feed(Path saved, Spool spool, FeedPosition position) {
        this.saved = saved;
        this.spool = spool;
        this.position = position;
        this.cursor = new SpoolCursor(spool, position.least(), Long.MAX_VALUE);
    }

    /** Where to read on. */
    abstract long at();

    /** Takes a block that begins there; how many bytes were used up. */
    abstract int take(byte[] block, int count) throws IOException;

    /** Leaves out what lies before a place. */
    abstract void skipTo(long place);

    /** The run is over: nothing completes a line any more. */
    abstract void finish() throws IOException;

    /** Hands over what was taken; the position after it. */
    abstract FeedPosition flush(long base) throws IOException;

    /** Whether a file was put aside that is to be compressed; asked once. */
    boolean isToCompress() {
        return false;
    }

    /** As much of the spool as is worth taking; what lies before would not be kept anyway. */
    abstract long reach();

    final Spool spool() {
        return spool;
    }

    /** Has a turn under way end soon. */
    final void hurry() {
        hurried = true;
    }

    final FeedPosition position() {
        return position;
    }

    /** How many bytes wait. */
    final long backlog() throws IOException {
        return spool.end() - at();
    }

    /**
     * Takes what there is, up to a turn's worth; whether there is more.
     *
     * @param last whether the spool is complete
     */
    final boolean turn(boolean last) throws IOException {
        long end = spool.end();
        if (end - at() > reach()) {
            skipTo(end - reach());
        }
        if (spool.start() > at()) {
            skipTo(spool.start());
        }
        byte[] block = Blocks.own().in;
        int taken = 0;
        boolean more = true;
        while (taken < TURN_BYTES && more && !hurried) {
            int count = cursor.read(block, 0, Blocks.BYTES, at());
            int used = count == 0 ? 0 : take(block, count);
            taken += used;
            more = used > 0 && count == Blocks.BYTES;
        }
        if (!more && last && !hurried) {
            finish();
        }
        publish();
        return more;
    }

    final void publish() throws IOException {
        FeedPosition now = flush(spool.base());
        if (!now.equals(position)) {
            position = now;
            now.write(saved);
        }
        cursor.moveTo(now.least());
        spool.drop(now.least());
        // Where a run has left nothing, the next one's file tells its place by what is saved.
        if (spool.isEmpty() && now.base() != spool.base()) {
            position = now.withBase(spool.base());
            position.write(saved);
        }
    }

    /** Goes back to what was accounted for last, after a failure. */
    final void retreat() {
        resume(position);
    }

    /** Goes on from a position. */
    abstract void resume(FeedPosition from);

    /** The destination's files, the position and all that goes with it. */
    void delete() throws IOException {
        Files.deleteIfExists(saved);
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }
}
