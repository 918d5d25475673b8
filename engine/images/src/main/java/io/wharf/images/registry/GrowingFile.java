package io.wharf.images.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A file that one thread writes and others read at the same time: whoever is at its present end waits for more. */
public final class GrowingFile {
    private final Path path;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long length;
    private boolean complete;
    private @Nullable Throwable failure;

    GrowingFile(Path path) {
        this.path = path;
    }

    public Path path() {
        return path;
    }

    void grew(long to) {
        change(() -> length = Math.max(length, to));
    }

    void finish() {
        change(() -> complete = true);
    }

    /** Readers are told as soon as they have read what there is. */
    void fail(Throwable why) {
        change(() -> failure = failure == null ? why : failure);
    }

    @Nullable
    public Throwable failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    public boolean isComplete() {
        lock.lock();
        try {
            return complete;
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable how) {
        lock.lock();
        try {
            how.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The length once it is more than the reader has, or that length itself at the end. */
    private long beyond(long position) throws IOException {
        lock.lock();
        try {
            while (length <= position && !complete) {
                if (failure != null) {
                    throw new IOException(String.valueOf(failure.getMessage()), failure);
                }
                changed.await();
            }
            return length;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for bytes");
        } finally {
            lock.unlock();
        }
    }

    /** Reads it from the start to its end, to be closed by the caller; {@code told} hears how far the reader is. */
    public InputStream open(LongConsumer told) throws IOException {
        beyond(0);
        return new Reader(FileChannel.open(path, StandardOpenOption.READ), told);
    }

    private final class Reader extends InputStream {
        private final FileChannel channel;
        private final LongConsumer told;
        private long position;

        Reader(FileChannel channel, LongConsumer told) {
            this.channel = channel;
            this.told = told;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            long here = beyond(position) - position;
            if (here <= 0) {
                return -1;
            }
            int got = channel.read(ByteBuffer.wrap(into, offset, (int) Math.min(count, here)), position);
            if (got > 0) {
                position += got;
                told.accept(position);
            }
            return got;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
