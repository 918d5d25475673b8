package io.wharf.containers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.wharf.linux.FdWriter;
import io.wharf.streams.DetachKeys;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One client's way to a process's standard input. What arrives before there is a process waits, within bounds if the
 * client minds them; what arrives after the process's end is dropped. Methods may be called from any thread.
 */
final class ConsoleInput implements WriteStream<Buffer> {
    /** conmon reads at most 32 KiB of a packet and would lose the rest. */
    private static final int PACKET_BYTES = 16 << 10;

    private static final int WAITING_LIMIT = 64 << 10;

    private final DetachKeys.@Nullable Filter filter;
    private final Runnable detached;
    private final Runnable ended;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private @Nullable FdWriter writer;
    private boolean over;
    private @Nullable Handler<Void> drainHandler;

    /**
     * An input.
     *
     * @param filter finds the detach keys; null where there is no terminal
     * @param detached called once when they are found: nothing passes from then on
     * @param ended called once when the client has no more to say or is gone
     */
    ConsoleInput(DetachKeys.@Nullable Filter filter, Runnable detached, Runnable ended) {
        this.filter = filter;
        this.detached = detached;
        this.ended = ended;
    }

    /** Passes on what waits, and from now on what comes. */
    synchronized void connect(FdWriter to) {
        writer = to;
        waiting.forEach(to::write);
        waiting.clear();
        waitingBytes = 0;
        if (!to.isFull()) {
            drained();
        }
    }

    /** Nobody reads this client's input: it is dropped. */
    synchronized ConsoleInput discarding() {
        over = true;
        return this;
    }

    /** There is room again: the client may go on. */
    void drained() {
        Handler<Void> handler;
        synchronized (this) {
            handler = drainHandler;
        }
        if (handler != null) {
            handler.handle(null);
        }
    }

    @Override
    public Future<Void> write(Buffer bytes) {
        boolean left = false;
        synchronized (this) {
            if (over) {
                return Future.succeededFuture();
            }
            if (filter == null) {
                pass(bytes);
            } else {
                pass(filter.pass(bytes));
                left = filter.detached();
                over = left;
            }
        }
        if (left) {
            detached.run();
            ended.run();
        }
        return Future.succeededFuture();
    }

    private void pass(Buffer bytes) {
        for (int at = 0; at < bytes.length(); at += PACKET_BYTES) {
            ByteBuf packet = Unpooled.wrappedBuffer(bytes.getBytes(at, Math.min(bytes.length(), at + PACKET_BYTES)));
            if (writer != null) {
                writer.write(packet);
            } else {
                waiting.add(packet);
                waitingBytes += packet.readableBytes();
            }
        }
    }

    @Override
    public Future<Void> end() {
        synchronized (this) {
            if (over) {
                return Future.succeededFuture();
            }
            over = true;
            if (filter != null) {
                pass(filter.rest());
            }
        }
        ended.run();
        return Future.succeededFuture();
    }

    @Override
    public synchronized boolean writeQueueFull() {
        return !over && (writer == null ? waitingBytes >= WAITING_LIMIT : writer.isFull());
    }

    @Override
    public synchronized ConsoleInput drainHandler(@Nullable Handler<Void> handler) {
        drainHandler = handler;
        return this;
    }

    @Override
    public ConsoleInput exceptionHandler(@Nullable Handler<Throwable> handler) {
        // A process that does not read any more is no failure of the client's.
        return this;
    }

    @Override
    public ConsoleInput setWriteQueueMaxSize(int maxSize) {
        return this;
    }
}
