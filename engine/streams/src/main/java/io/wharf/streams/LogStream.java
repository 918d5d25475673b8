package io.wharf.streams;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.Future;
import io.wharf.contracts.ByteStream;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One reader of a k8s-file log, from a place in it to its end, or on and on while the container lives.
 *
 * <p>Without following, the end is where the file ended when it was opened. With it, {@link #finish} says that nothing
 * more will be written: what is left is read, and the stream ends. The monitor never waits for a reader.
 */
public final class LogStream {
    private static final int BLOCK = 128 << 10;

    /** Blocks are needed while a thread reads, not while a follower waits. */
    private static final ThreadLocal<byte[][]> BUFFERS =
            ThreadLocal.withInitial(() -> new byte[][] {new byte[BLOCK], new byte[BLOCK + LogScanner.SPARE]});

    private final PulledBytes pulled;
    private final Source source;

    private LogStream(Pools pools, LogWatches watches, Path file, LogQuery query) {
        source = new Source(watches, file, query);
        pulled = PulledBytes.of(pools, source);
        source.pulled = pulled;
        pulled.wake();
    }

    /** Opens a log; one that does not exist yet is empty, and is made where it is to be followed. */
    public static LogStream open(Pools pools, LogWatches watches, Path file, LogQuery query) {
        return new LogStream(pools, watches, file, query);
    }

    public ByteStream bytes() {
        return pulled.bytes();
    }

    /** Completes, on any thread, when nothing more is read: the end, a failure, or the reader's close. */
    public Future<Void> over() {
        return pulled.over();
    }

    /** Everything has been written: the stream ends with the file. From any thread. */
    public void finish() {
        source.complete = true;
        pulled.wake();
    }

    /** Ends the stream here, whatever else there is: this reader has had enough. From any thread. */
    public void stop() {
        source.stopped = true;
        pulled.wake();
    }

    private static final class Source implements PulledBytes.Source {
        private final LogWatches watches;
        private final Path file;
        private final LogQuery query;
        private final LogScanner scanner;
        /** Set before the second wake; a first reading that comes earlier is repeated by it. */
        private volatile @Nullable PulledBytes pulled;

        private volatile boolean complete;
        private volatile boolean stopped;
        private @Nullable FileChannel channel;
        private long position;
        private long end = Long.MAX_VALUE;
        private boolean finished;

        private Source(LogWatches watches, Path file, LogQuery query) {
            this.watches = watches;
            this.file = file;
            this.query = query;
            this.scanner = new LogScanner(query);
            this.complete = !query.follow();
        }

        @Override
        public @Nullable ByteBuf next() throws IOException {
            if (stopped || !open()) {
                return null;
            }
            boolean watched = false;
            while (!finished) {
                // Asked before reading: what is written before the word of the end is then surely read.
                boolean last = complete;
                ByteBuf bytes = read(last);
                if (bytes != null) {
                    return bytes;
                }
                if (!last && !finished) {
                    if (watched) {
                        return null;
                    }
                    // Once more after the watch is set, for what was written in between.
                    watches.once(file, () -> Objects.requireNonNull(pulled).wake());
                    watched = true;
                }
            }
            return null;
        }

        private boolean open() throws IOException {
            if (finished || channel != null) {
                return !finished;
            }
            if (pulled == null) {
                return false;
            }
            try {
                channel = query.follow()
                        ? FileChannel.open(
                                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                        : FileChannel.open(file, StandardOpenOption.READ);
            } catch (NoSuchFileException e) {
                finished = true;
                return false;
            }
            begin(channel);
            return true;
        }

        private void begin(FileChannel log) throws IOException {
            long size = log.size();
            position = Math.min(query.from(), size);
            if (position > 0) {
                // The byte before tells whether a record begins here.
                position--;
                scanner.skipRest();
            }
            if (!query.follow()) {
                end = size;
            }
            if (query.tail() >= 0) {
                long[] begin = LogTail.find(log, LogTail.BLOCK, position, size, query.tail());
                scanner.begin(StdFrames.STDOUT, begin[StdFrames.STDOUT]);
                scanner.begin(StdFrames.STDERR, begin[StdFrames.STDERR]);
                long first = Math.min(begin[StdFrames.STDOUT], begin[StdFrames.STDERR]);
                if (first > position) {
                    position = first - 1;
                    scanner.skipRest();
                }
            }
        }

        /** Scans blocks until one has something to show; null where there is nothing more now, or at all. */
        private @Nullable ByteBuf read(boolean last) throws IOException {
            byte[][] buffers = BUFFERS.get();
            byte[] block = buffers[0];
            while (true) {
                int count = fill(block);
                boolean atEnd = position + count >= end || (last && count < block.length);
                int used = scanner.scan(block, count, position, atEnd, buffers[1]);
                position += used;
                finished = scanner.over() || atEnd;
                if (scanner.length() > 0) {
                    return ByteBufAllocator.DEFAULT
                            .directBuffer(scanner.length())
                            .writeBytes(buffers[1], 0, scanner.length());
                }
                if (finished || used == 0) {
                    return null;
                }
            }
        }

        /** Reads what there is, up to a block; fewer bytes only at the end of the file. */
        private int fill(byte[] block) throws IOException {
            ByteBuffer into = ByteBuffer.wrap(block, 0, (int) Math.min(block.length, end - position));
            FileChannel log = Objects.requireNonNull(channel);
            int count = 0;
            while (count >= 0 && into.hasRemaining()) {
                count = log.read(into, position + into.position());
            }
            return into.position();
        }

        @Override
        public boolean finished() {
            return finished || stopped;
        }

        @Override
        public void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                LoggerFactory.getLogger(LogStream.class).warn("closing a log", new UncheckedIOException(e));
            }
        }
    }
}
