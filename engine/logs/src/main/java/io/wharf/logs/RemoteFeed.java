package io.wharf.logs;

import io.wharf.streams.StdFrames;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Delivers lines to a driver whose destination is elsewhere: each at least once, in order, tried again until it is taken.
 *
 * <p>What waits is in the spool. Beyond a cap the oldest lines are given up, counted, and told of.
 */
final class RemoteFeed extends Feed implements LineJoiner.Lines {
    /** What may wait for a destination where nothing else is asked for. */
    static final long BACKLOG_BYTES = 64L << 20;

    /** Who runs the feed. */
    interface Runner {
        /** A delivery failed: waits a while; fails where the feed is closed. */
        void failed(IOException failure) throws IOException;

        void delivered();

        void gaveUp(long lines);
    }

    private final LogDriverKind kind;
    private final LogSource source;
    private final Runner runner;
    private final long cap;
    private final LogTime time = new LogTime();
    private LineJoiner joiner;
    private LogDriver driver;
    private boolean opened;
    /** Lines that begin before are given up. */
    private long giveUpBefore;

    private long givenUp;

    RemoteFeed(Path saved, Spool spool, FeedPosition position, LogDriverKind kind, LogSource source, Runner runner) {
        super(saved, spool, position);
        this.kind = kind;
        this.source = source;
        this.runner = runner;
        Long asked = CommonOptions.backlogBytes(source.options());
        this.cap = asked == null ? BACKLOG_BYTES : asked;
        this.joiner = LineJoiner.at(position, this);
        this.driver = NOT_OPEN;
    }

    private static final LogDriver NOT_OPEN = new LogDriver() {
        @Override
        public void write(LogMessage message) throws IOException {
            throw new IOException("not open");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @Override
    long at() {
        return joiner.position();
    }

    @Override
    int take(byte[] block, int count) throws IOException {
        int used = joiner.take(block, count);
        if (givenUp > 0 && joiner.position() >= giveUpBefore) {
            tellGivenUp();
        }
        return used;
    }

    /** Whether so much waits that lines are to be given up before the next attempt is due. */
    boolean overflows() {
        try {
            return backlog() / 2 > cap;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    void skipTo(long place) {
        joiner.skipTo(place);
    }

    @Override
    void resume(FeedPosition from) {
        joiner = LineJoiner.at(from, this);
    }

    @Override
    void finish() throws IOException {
        joiner.flush();
        tellGivenUp();
    }

    private void tellGivenUp() {
        if (givenUp > 0) {
            runner.gaveUp(givenUp);
            givenUp = 0;
        }
    }

    @Override
    public void line(int stream, byte[] head, int timeAt, byte[] text, int from, int end, boolean whole)
            throws IOException {
        LogMessage message =
                new LogMessage(stream == StdFrames.STDERR, time.nanos(head, timeAt), text, from, end - from, !whole);
        while (true) {
            // Asked first: what gives lines up must be faster than what writes them.
            if (joiner.position() < giveUpBefore) {
                givenUp += whole ? 1 : 0;
                return;
            }
            long backlog = backlog();
            if (backlog > cap) {
                giveUpBefore = joiner.position() + backlog - cap;
                continue;
            }
            try {
                if (!opened) {
                    driver = kind.open(source);
                    opened = true;
                }
                driver.write(message);
                runner.delivered();
                return;
            } catch (IOException failure) {
                runner.failed(failure);
            }
        }
    }

    @Override
    FeedPosition flush(long base) throws IOException {
        driver.flush();
        return new FeedPosition(
                base,
                joiner.consumed(StdFrames.STDOUT),
                joiner.consumed(StdFrames.STDERR),
                joiner.carry(StdFrames.STDOUT),
                joiner.carry(StdFrames.STDERR),
                0,
                0);
    }

    @Override
    long reach() {
        // Lines are given up one by one, so that they can be counted.
        return Long.MAX_VALUE;
    }

    @Override
    public void close() throws IOException {
        super.close();
        opened = false;
        LogDriver open = driver;
        driver = NOT_OPEN;
        open.close();
    }
}
