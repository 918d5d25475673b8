package io.wharf.streams;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.wharf.contracts.ByteStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A Vert.x stream as an InputStream for a thread that may block.
 *
 * <p>Made on the stream's own context; read by one other thread. The stream is paused while more than the limit waits.
 * Closing before the end closes a {@link ByteStream}; of any other stream it reads and drops the rest. A failure of
 * the stream reaches the reader as an IOException, after the bytes that came before it.
 */
public final class BlockingInput extends InputStream {
    /** Enough that reader and loop seldom wait for each other where a core is busy with other things. */
    private static final int LIMIT = 1 << 20;

    private final ReadStream<Buffer> source;
    private final Duration idle;
    private final @Nullable Context context;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<Buffer> chunks = new ArrayDeque<>();
    private int queued;
    private boolean paused;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;
    private @Nullable Buffer current;
    private int position;

    private BlockingInput(ReadStream<Buffer> source, Duration idle) {
        this.source = source;
        this.idle = idle;
        this.context = Vertx.currentContext();
    }

    /** Takes the stream's handlers and sets it flowing. */
    public static BlockingInput of(ReadStream<Buffer> source) {
        return of(source, Duration.ofNanos(Long.MAX_VALUE));
    }

    /**
     * The same for a source that may fall silent.
     *
     * @param idle how long a read waits for it before it fails
     */
    public static BlockingInput of(ReadStream<Buffer> source, Duration idle) {
        BlockingInput input = new BlockingInput(source, idle);
        source.exceptionHandler(input::finish);
        source.endHandler(end -> input.finish(null));
        source.handler(input::arrive);
        source.resume();
        return input;
    }

    private void arrive(Buffer chunk) {
        lock.lock();
        try {
            if (closed || chunk.length() == 0) {
                return;
            }
            chunks.add(chunk);
            queued += chunk.length();
            if (queued >= LIMIT && !paused) {
                paused = true;
                source.pause();
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void finish(@Nullable Throwable cause) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = cause;
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        Buffer chunk = ready();
        return chunk == null ? -1 : chunk.getByte(position++) & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        Buffer chunk = ready();
        if (chunk == null) {
            return -1;
        }
        int count = Math.min(length, chunk.length() - position);
        chunk.getBytes(position, position + count, into, offset);
        position += count;
        return count;
    }

    @Override
    public int available() {
        Buffer chunk = current;
        return chunk == null ? 0 : chunk.length() - position;
    }

    /** The chunk with unread bytes, waiting for it where needed; null at the end. */
    private @Nullable Buffer ready() throws IOException {
        Buffer chunk = current;
        if (chunk != null && position < chunk.length()) {
            return chunk;
        }
        current = next();
        position = 0;
        return current;
    }

    private @Nullable Buffer next() throws IOException {
        lock.lock();
        try {
            long left = idle.toNanos();
            while (chunks.isEmpty()) {
                if (closed) {
                    throw new IOException("stream is closed");
                }
                if (failure != null) {
                    throw new IOException(String.valueOf(failure.getMessage()), failure);
                }
                if (ended) {
                    return null;
                }
                if (left <= 0) {
                    throw new InterruptedIOException("nothing has come for " + idle.toSeconds() + " seconds");
                }
                left = arrived.awaitNanos(left);
            }
            Buffer chunk = chunks.remove();
            queued -= chunk.length();
            if (paused && queued <= LIMIT / 2) {
                paused = false;
                onSource(source::resume);
            }
            return chunk;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for bytes");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            chunks.clear();
            current = null;
            arrived.signal();
            if (!ended) {
                onSource(source instanceof ByteStream stream ? stream::close : source::resume);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Streams are steered on the context they belong to. */
    private void onSource(Runnable action) {
        if (context == null) {
            action.run();
        } else {
            context.runOnContext(turn -> action.run());
        }
    }
}
