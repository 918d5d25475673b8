package io.wharf.streams;

import io.netty.buffer.Unpooled;
import io.wharf.contracts.ByteStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An OutputStream for a thread that may block, whose bytes come out as a {@link ByteStream}.
 *
 * <p>Small writes are gathered. A write waits while more than the limit is unread, and fails once the reader has closed
 * the stream. The writer ends with {@link #close}, or with {@link #fail} where the bytes are not complete.
 */
public final class BlockingOutput extends OutputStream {
    private static final int LIMIT = 512 << 10;
    private static final int CHUNK = 64 << 10;
    private static final byte[] NONE = {};

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final ByteQueue queue = new ByteQueue(LIMIT).onRoom(this::wake).onClose(this::wake);
    private final Duration patience;
    private byte[] gathered = NONE;
    private int count;

    /** For a reader that may take as long as it likes. */
    public BlockingOutput() {
        this(Duration.ofNanos(Long.MAX_VALUE));
    }

    /** @param patience how long a write waits for a reader that takes nothing at all; then it fails */
    public BlockingOutput(Duration patience) {
        this.patience = patience;
    }

    /** What is written here, for one reader. */
    public ByteStream bytes() {
        return queue;
    }

    @Override
    public void write(int value) throws IOException {
        reserve();
        gathered[count++] = (byte) value;
        if (count == gathered.length) {
            flush();
        }
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        int done = 0;
        while (done < length) {
            reserve();
            int part = Math.min(length - done, gathered.length - count);
            System.arraycopy(from, offset + done, gathered, count, part);
            count += part;
            done += part;
            if (count == gathered.length) {
                flush();
            }
        }
    }

    private void reserve() {
        if (gathered.length == 0) {
            gathered = new byte[CHUNK];
        }
    }

    /** Passes on what was gathered, and waits while the reader is behind. */
    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (queue.isFull() && !queue.isClosed()) {
                if (left <= 0) {
                    throw new IOException("the reader has taken nothing for " + patience.toSeconds() + " s");
                }
                left = moved.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the reader");
        } finally {
            lock.unlock();
        }
        if (queue.isClosed()) {
            throw new IOException("the reader has gone");
        }
        if (count > 0) {
            // A half-filled chunk is cut to size, for it may wait long; a full one is given away.
            byte[] chunk = count > CHUNK / 2 ? gathered : Arrays.copyOf(gathered, count);
            queue.offer(Unpooled.wrappedBuffer(chunk, 0, count));
            gathered = chunk == gathered ? NONE : gathered;
            count = 0;
        }
    }

    /** Ends the stream after the last byte. */
    @Override
    public void close() throws IOException {
        try {
            if (count > 0) {
                flush();
            }
        } finally {
            queue.end();
        }
    }

    /** Ends the stream with a failure: the reader must not take what came for the whole. */
    public void fail(Throwable cause) {
        queue.fail(cause);
    }

    private void wake() {
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
