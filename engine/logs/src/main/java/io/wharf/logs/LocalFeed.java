package io.wharf.logs;

import java.io.IOException;
import java.nio.file.Path;

/** Keeps the monitor's own records: the {@code local} driver, and the readable copy of what goes to a remote one. */
final class LocalFeed extends FileFeed {
    private long at;

    LocalFeed(Path saved, Spool spool, FeedPosition position, LogFile file) {
        super(saved, spool, position, file);
        at = position.least();
    }

    @Override
    void resume(FeedPosition position) {
        super.resume(position);
        at = position.least();
    }

    @Override
    boolean isJson() {
        return false;
    }

    @Override
    long at() {
        return at;
    }

    @Override
    void skipTo(long place) {
        at = place;
    }

    @Override
    int take(byte[] block, int count) throws IOException {
        int end = lastRecordEnd(block, 0, count);
        if (end == 0 && count >= Blocks.BYTES) {
            end = count;
        }
        int from = 0;
        while (from < end) {
            long room = file().maxBytes() - file().size();
            int fits = end - from <= room ? end : lastRecordEnd(block, from, from + (int) Math.max(0, room));
            if (fits == from && file().size() > 0) {
                turnOver();
                continue;
            }
            if (fits == from) {
                // A record that is longer than a file may be.
                fits = Math.min(end, LogScanner.indexOfLineFeed(block, from, end) + 1);
            }
            file().write(block, from, fits - from);
            at += fits - from;
            from = fits;
        }
        return end;
    }

    /** Behind the last line feed; where there is none, {@code from}. */
    private static int lastRecordEnd(byte[] block, int from, int end) {
        int at = end;
        while (at > from && block[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    @Override
    void finish() {}

    @Override
    FeedPosition flush(long base) {
        return new FeedPosition(base, at, at, LineJoiner.NOTHING, LineJoiner.NOTHING, file().inode(), file().size());
    }
}
