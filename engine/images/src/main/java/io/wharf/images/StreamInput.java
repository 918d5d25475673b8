package io.wharf.images;

import io.vertx.core.buffer.Buffer;
import io.wharf.contracts.ByteStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Lets a thread that may block read what an event loop delivers; the stream is paused while more than a few buffers wait.
 */
final class StreamInput extends InputStream {
    private static final int HIGH_WATER = 512 << 10;

    private final ByteStream stream;
    private final ArrayDeque<Buffer> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean paused;
    private boolean ended;
    private @Nullable Throwable failure;
    private @Nullable Buffer current;
    private int at;

    /** Takes the stream over, which comes paused; closing this closes it. */
    StreamInput(ByteStream stream) {
        this.stream = stream;
        stream.exceptionHandler(this::fail);
        stream.endHandler(end -> end());
        stream.handler(this::put);
        stream.resume();
    }

    private synchronized void put(Buffer buffer) {
        waiting.add(buffer);
        waitingBytes += buffer.length();
        if (waitingBytes >= HIGH_WATER && !paused) {
            paused = true;
            stream.pause();
        }
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized void fail(Throwable why) {
        if (!ended) {
            failure = why;
            ended = true;
            notifyAll();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        Buffer from = current;
        while (from == null || at == from.length()) {
            from = next();
            if (from == null) {
                return -1;
            }
            current = from;
            at = 0;
        }
        int count = Math.min(length, from.length() - at);
        from.getBytes(at, at + count, into, offset);
        at += count;
        return count;
    }

    private @Nullable Buffer next() throws IOException {
        boolean resume;
        Buffer buffer;
        synchronized (this) {
            try {
                while (waiting.isEmpty() && !ended) {
                    wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            buffer = waiting.poll();
            if (buffer == null) {
                if (failure != null) {
                    throw new IOException(failure.getMessage(), failure);
                }
                return null;
            }
            waitingBytes -= buffer.length();
            resume = paused && waitingBytes < HIGH_WATER / 2;
            paused &= !resume;
        }
        if (resume) {
            stream.resume();
        }
        return buffer;
    }

    @Override
    public void close() {
        boolean early;
        synchronized (this) {
            early = !ended;
            ended = true;
            waiting.clear();
        }
        if (early) {
            stream.close();
        }
    }
}
