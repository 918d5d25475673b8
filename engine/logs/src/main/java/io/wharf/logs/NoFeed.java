package io.wharf.logs;

import java.nio.file.Path;

/** The {@code none} driver: whoever is attached reads the spool, and it is dropped as it comes. */
final class NoFeed extends Feed {
    private long at;

    NoFeed(Path saved, Spool spool, FeedPosition position) {
        super(saved, spool, position);
        at = position.least();
    }

    @Override
    long at() {
        return at;
    }

    @Override
    int take(byte[] block, int count) {
        at += count;
        return count;
    }

    @Override
    void skipTo(long place) {
        at = place;
    }

    @Override
    void resume(FeedPosition from) {
        at = from.least();
    }

    @Override
    void finish() {}

    @Override
    FeedPosition flush(long base) {
        return new FeedPosition(base, at, at, LineJoiner.NOTHING, LineJoiner.NOTHING, 0, 0);
    }

    @Override
    long reach() {
        return 0;
    }
}
