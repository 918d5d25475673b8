package io.wharf.linux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes a pipe or terminal on an event loop, with backpressure and without a thread.
 *
 * <p>{@link #write}, {@link #end} and {@link #close} may be called from anywhere and keep their order. Who minds
 * {@link #isFull} and waits for the drain handler keeps the queue near its limit; nothing is refused beyond it.
 */
public final class FdWriter implements AutoCloseable {
    /** Bytes queued from which on {@link #isFull} holds; the drain handler runs at half of it. */
    private static final int HIGH_WATER = 128 << 10;

    private final IoEventLoop loop;
    private final Fd fd;
    private final Readiness readiness;
    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>();
    private final AtomicLong queued = new AtomicLong();
    private final Promise<Void> closed = Promise.promise();
    private volatile Runnable drained = () -> {};
    // Set by whoever asks, before he is told: then the loop cannot empty the queue between the answer and the flag.
    private final AtomicBoolean asked = new AtomicBoolean();
    private boolean ending;
    private boolean ended;

    private FdWriter(IoEventLoop loop, Fd fd) {
        this.loop = loop;
        this.fd = fd;
        Descriptors.nonBlocking(fd, true);
        readiness = Readiness.watch(loop, fd, Readiness.Interest.WRITE, this::flush);
    }

    /** Takes the descriptor over. For a terminal that is also read, pass a {@link Fd#duplicate}. */
    public static FdWriter of(IoEventLoop loop, Fd fd) {
        return new FdWriter(loop, fd);
    }

    /** Queues bytes, which are now the writer's; after the end they are dropped. */
    public void write(ByteBuf bytes) {
        queued.addAndGet(bytes.readableBytes());
        loop.execute(() -> {
            if (ended || ending) {
                queued.addAndGet(-bytes.readableBytes());
                bytes.release();
                return;
            }
            queue.add(bytes);
            if (queue.size() == 1) {
                flush();
            }
        });
    }

    public boolean isFull() {
        asked.set(true);
        return queued.get() >= HIGH_WATER;
    }

    /** Called on the loop when a queue that somebody asked about is half empty or less, and at the end. */
    public void drainHandler(Runnable handler) {
        drained = handler;
    }

    /** Closes the descriptor when everything queued has been written: the reader sees the end of file. */
    public void end() {
        loop.execute(() -> {
            ending = true;
            flush();
        });
    }

    /** Closes at once and drops what is queued. */
    @Override
    public void close() {
        loop.execute(() -> finish(null));
    }

    /** Succeeds after {@link #end} or {@link #close}; fails where the reader has gone (EPIPE, EIO). */
    public Future<Void> closed() {
        return closed.future();
    }

    private void flush() {
        while (!ended) {
            var head = queue.peek();
            if (head == null) {
                if (ending) {
                    finish(null);
                }
                break;
            }
            int count;
            try {
                count = writeOnce(head);
            } catch (LinuxException e) {
                finish(e);
                return;
            }
            if (count < 0) {
                break;
            }
            head.skipBytes(count);
            queued.addAndGet(-count);
            if (!head.isReadable()) {
                queue.remove();
                head.release();
            }
        }
        tellDrained();
    }

    private int writeOnce(ByteBuf head) {
        return head.isReadable() ? fd.write(head.nioBuffer()) : 0;
    }

    private void finish(@Nullable LinuxException failure) {
        if (ended) {
            return;
        }
        ended = true;
        queue.forEach(ByteBuf::release);
        queue.clear();
        queued.set(0);
        readiness.cancel(fd::close);
        if (failure == null) {
            closed.complete();
        } else {
            closed.fail(failure);
        }
        tellDrained();
    }

    private void tellDrained() {
        if (queued.get() <= HIGH_WATER / 2 && asked.getAndSet(false)) {
            drained.run();
        }
    }
}
