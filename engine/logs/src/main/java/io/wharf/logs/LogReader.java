package io.wharf.logs;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.wharf.contracts.ByteStream;
import io.wharf.streams.PulledBytes;
import io.wharf.streams.StdFrames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of a log: first the driver's files, the oldest first, then what of the spool no driver has taken yet, and on
 * and on while the container lives.
 *
 * <p>Without following, the end is where the log ended when it was opened. With it, {@link #finish} says that nothing more
 * will be written: what is left is read, and the stream ends. The monitor never waits for a reader.
 */
final class LogReader implements PulledBytes.Source {
    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    /** Blocks without anything to show after which others get the thread, and a client that has left is noticed. */
    private static final int PATIENCE = 16;

    private final ContainerLog log;
    private final LogQuery query;
    private final LogOutput output;
    private final Runnable wake = this::wake;
    /** Set before the second wake; a first reading that comes earlier is repeated by it. */
    private volatile @Nullable PulledBytes pulled;

    private volatile boolean complete;
    private volatile long endAt = Long.MAX_VALUE;
    private volatile boolean stopped;
    private volatile Runnable onClose = () -> {};
    private volatile boolean closed;
    private @Nullable View view;
    private final Deque<Part> parts = new ArrayDeque<>();
    private @Nullable LogScanner scanner;
    private long position;
    private boolean finished;
    private int patience;

    /** A file that is still to be read, from a place on; {@code begin} for each stream where that matters. */
    @SuppressWarnings("ArrayRecordComponent") // Never shared.
    private record Part(SizedPlace place, boolean json, long from, long[] begin) {}

    private @Nullable Part part;
    private @Nullable Scanner partScanner;
    private long partPosition;

    /**
     * A reader.
     *
     * @param view what is there, if it was taken already; else it is with the first read
     */
    LogReader(ContainerLog log, LogQuery query, @Nullable View view) {
        this.log = log;
        this.query = query;
        this.view = view;
        this.output = new LogOutput(query);
        this.complete = !query.follow();
    }

    void begin(PulledBytes bytes) {
        pulled = bytes;
        if (query.follow()) {
            log.spool().onTurn(wake);
        }
        bytes.wake();
    }

    private void wake() {
        PulledBytes bytes = pulled;
        if (bytes != null) {
            bytes.wake();
        }
    }

    /** Everything up to here has been written: the stream ends with it. From any thread. */
    void finish(long end) {
        endAt = end;
        complete = true;
        wake();
    }

    /** As {@link #finish}, for one that has not heard of an end yet. */
    void finishUnlessToldBefore(long end) {
        if (!complete) {
            finish(end);
        }
    }

    /** Has an action run when the stream is closed, or now where it is. */
    void onClose(Runnable action) {
        onClose = action;
        if (closed) {
            action.run();
        }
    }

    ByteStream bytes() {
        return java.util.Objects.requireNonNull(pulled).bytes();
    }

    /** Ends the stream here, whatever else there is: this reader has had enough. From any thread. */
    void stop() {
        stopped = true;
        wake();
    }

    @Override
    public @Nullable ByteBuf next() throws IOException {
        if (stopped || pulled == null) {
            return null;
        }
        if (scanner == null) {
            open();
        }
        patience = PATIENCE;
        while (part != null && !finished) {
            ByteBuf bytes = readPart(part);
            if (bytes != null) {
                return bytes;
            }
            if (patience <= 0) {
                wake();
                return null;
            }
        }
        boolean watched = false;
        while (!finished) {
            // Asked before reading: what is written before the word of the end is then surely read.
            boolean last = complete;
            ByteBuf bytes = read(last);
            if (bytes != null) {
                return bytes;
            }
            if (patience <= 0 && !finished) {
                wake();
                return null;
            }
            if (!last && !finished) {
                if (watched) {
                    return null;
                }
                // Once more after the watch is set, for what was written in between.
                log.watch(wake);
                watched = true;
            }
        }
        return null;
    }

    private void open() throws IOException {
        View opened = view == null ? log.view(query) : view;
        view = opened;
        LogScanner ofSpool = new LogScanner(output, log.attributes());
        scanner = ofSpool;
        ofSpool.begin(StdFrames.STDOUT, opened.out());
        ofSpool.begin(StdFrames.STDERR, opened.err());
        position = Math.min(opened.out(), opened.err());
        long wanted = query.tail();
        if (wanted >= 0) {
            long[] begin = LogTail.find(opened.spool(), LogTail.BLOCK, position, opened.end(), wanted, new long[] {
                0, opened.out(), opened.err()
            });
            ofSpool.begin(StdFrames.STDOUT, begin[StdFrames.STDOUT]);
            ofSpool.begin(StdFrames.STDERR, begin[StdFrames.STDERR]);
            startAt(ofSpool, Math.min(begin[StdFrames.STDOUT], begin[StdFrames.STDERR]));
            wanted -= begin[0];
        } else if (query.sinceNanos() > 0) {
            startAt(ofSpool, new SeekTime(opened.spool(), false).find(position, opened.end(), query.sinceNanos()));
        }
        // From the newest to the oldest, as far as lines are wanted.
        for (SizedPlace place : opened.places().reversed()) {
            if (query.tail() >= 0 && wanted <= 0) {
                break;
            }
            wanted = add(place, opened.json(), wanted);
        }
        nextPart();
    }

    private void startAt(LogScanner ofSpool, long place) {
        if (place > position) {
            // The byte before tells whether a record begins here.
            position = place - 1;
            ofSpool.skipRest();
        }
    }

    /** Plans to read a file; how many lines are wanted of older ones. */
    private long add(SizedPlace place, boolean json, long wanted) throws IOException {
        long from = 0;
        long[] begin = {0, 0, 0};
        long left = wanted;
        if (query.tail() >= 0) {
            if (json) {
                long[] found = CountLines.backwards(place, wanted);
                from = found[0];
                left -= found[1];
            } else {
                begin = LogTail.find(place, LogTail.BLOCK, 0, place.size(), wanted, new long[3]);
                from = Math.min(begin[1], begin[2]);
                left -= begin[0];
            }
        } else if (query.sinceNanos() > 0) {
            from = new SeekTime(place, json).find(0, place.size(), query.sinceNanos());
        }
        parts.push(new Part(place, json, from, begin));
        return left;
    }

    private void nextPart() {
        Part next = parts.poll();
        part = next;
        if (next == null) {
            return;
        }
        partPosition = Math.max(0, next.from() - 1);
        if (next.json()) {
            partScanner = new JsonScanner(output);
        } else {
            LogScanner records = new LogScanner(output, log.attributes());
            records.begin(StdFrames.STDOUT, next.begin()[StdFrames.STDOUT]);
            records.begin(StdFrames.STDERR, next.begin()[StdFrames.STDERR]);
            partScanner = records;
        }
        if (next.from() > 0) {
            partScanner.skipRest();
        }
    }

    /** Scans a file's blocks until one has something to show; null at its end, with the next one at hand. */
    private @Nullable ByteBuf readPart(Part from) throws IOException {
        Blocks blocks = Blocks.own();
        Scanner records = java.util.Objects.requireNonNull(partScanner);
        while (true) {
            int count = from.place().read(blocks.in, 0, Blocks.BYTES, partPosition);
            boolean atEnd = partPosition + count >= from.place().size() || count == 0;
            output.into(blocks.out);
            int used = records.scan(blocks.in, count, partPosition, atEnd);
            partPosition += used;
            finished = output.isOver();
            boolean done = atEnd || used == 0;
            if (done) {
                nextPart();
            }
            ByteBuf bytes = taken();
            if (bytes != null || done || finished || --patience <= 0) {
                return bytes;
            }
        }
    }

    /** Scans the spool's blocks until one has something to show; null where there is nothing more now, or at all. */
    private @Nullable ByteBuf read(boolean last) throws IOException {
        Blocks blocks = Blocks.own();
        SpoolCursor cursor = java.util.Objects.requireNonNull(view).spool();
        LogScanner records = java.util.Objects.requireNonNull(scanner);
        if (last && endAt != Long.MAX_VALUE) {
            cursor.limit(endAt);
        }
        while (true) {
            int count = cursor.read(blocks.in, 0, Blocks.BYTES, position);
            if (count == 0) {
                cursor.moveTo(position);
                long missed = cursor.skipGone();
                if (missed > 0 && query.unbroken()) {
                    return cutOff(missed);
                }
                if (missed > 0) {
                    LOG.warn("a reader of the log of {} was too slow: {} bytes are gone", log.id(), missed);
                    position = cursor.position();
                    records.skipRest();
                    continue;
                }
            }
            boolean atEnd = cursor.isEnd(position + count) || (last && count < Blocks.BYTES);
            output.into(blocks.out);
            int used = records.scan(blocks.in, count, position, atEnd);
            position += used;
            cursor.moveTo(position);
            log.spool().wasRead();
            finished = output.isOver() || atEnd;
            ByteBuf bytes = taken();
            if (bytes != null || finished || used == 0 || --patience <= 0) {
                return bytes;
            }
        }
    }

    /** The last that a client hears who has not read for too long. */
    private ByteBuf cutOff(long missed) {
        log.cutOff(missed);
        finished = true;
        byte[] text = ("wharf: this client has not read for too long: " + missed
                        + " bytes of the output are gone, and it is cut off" + (query.framed() ? "\n" : "\r\n"))
                .getBytes(StandardCharsets.US_ASCII);
        byte[] head = new byte[query.framed() ? StdFrames.HEADER_BYTES : 0];
        if (query.framed()) {
            StdFrames.header(head, 0, query.stderr() ? StdFrames.STDERR : StdFrames.STDOUT, text.length);
        }
        return ByteBufAllocator.DEFAULT
                .directBuffer(head.length + text.length)
                .writeBytes(head)
                .writeBytes(text);
    }

    private @Nullable ByteBuf taken() {
        int length = output.finish();
        return length == 0
                ? null
                : ByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(output.array(), 0, length);
    }

    @Override
    public boolean finished() {
        return finished || stopped;
    }

    @Override
    public void close() {
        log.spool().forget(wake);
        closed = true;
        onClose.run();
        View opened = view;
        if (opened != null) {
            opened.close();
        }
        log.gone(this, wake);
    }
}
