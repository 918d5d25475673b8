package io.wharf.streams;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.wharf.contracts.ByteStream;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of bytes between a producer on any thread and a consumer on the context where it set its handler.
 *
 * <p>The producer asks {@link #isFull} and goes on when {@link #onRoom} calls; nothing is refused beyond the limit, so
 * one chunk may exceed it. Order is kept. The end, or the failure, comes after the last byte; after {@link #close}
 * nothing comes, and what was queued is released.
 */
public final class ByteQueue implements ByteStream, RawBytes {
    /** Chunks handed over before others on the consumer's loop get their turn. */
    private static final int TURN = 64;

    private final long limit;
    private final ArrayDeque<ByteBuf> chunks = new ArrayDeque<>();
    private long queued;
    private long demand = Long.MAX_VALUE;
    private boolean wasFull;
    private boolean emitting;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;
    private @Nullable Context context;
    private @Nullable Handler<ByteBuf> receiver;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private Runnable onRoom = ByteQueue::nothing;
    private Runnable onClose = ByteQueue::nothing;

    /** A queue that counts as full from so many bytes on. */
    public ByteQueue(long limit) {
        this.limit = limit;
    }

    /** Called, where the consumer runs, when a full queue has become half empty. Set before the first byte. */
    public synchronized ByteQueue onRoom(Runnable action) {
        onRoom = action;
        return this;
    }

    /** Called once when the consumer gives up before the end. Set before the stream is handed out. */
    public synchronized ByteQueue onClose(Runnable action) {
        onClose = action;
        return this;
    }

    /** Queues a chunk, which is then the queue's; released at once after the end or a close. */
    public void offer(ByteBuf chunk) {
        synchronized (this) {
            if (ended || closed || !chunk.isReadable()) {
                chunk.release();
                return;
            }
            chunks.add(chunk);
            queued += chunk.readableBytes();
            wasFull |= queued >= limit;
        }
        kick();
    }

    public synchronized boolean isFull() {
        return queued >= limit;
    }

    public synchronized long queued() {
        return queued;
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    /** No more bytes come. */
    public void end() {
        finish(null);
    }

    /** No more bytes come, and those that came are not all. */
    public void fail(Throwable cause) {
        finish(cause);
    }

    private void finish(@Nullable Throwable cause) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            failure = cause;
        }
        kick();
    }

    @Override
    public void rawHandler(@Nullable Handler<ByteBuf> handler) {
        synchronized (this) {
            receiver = handler;
            if (handler != null) {
                context = Vertx.currentContext();
            }
        }
        kick();
    }

    @Override
    public ByteQueue handler(@Nullable Handler<Buffer> handler) {
        rawHandler(handler == null ? null : chunk -> handler.handle(unpooled(chunk)));
        return this;
    }

    /** As a Vert.x buffer, which nobody releases: heap memory of its own. */
    static Buffer unpooled(ByteBuf chunk) {
        if (chunk.hasArray() && chunk.readerIndex() == 0 && chunk.alloc() == UnpooledByteBufAllocator.DEFAULT) {
            return BufferInternal.buffer(chunk);
        }
        byte[] bytes = new byte[chunk.readableBytes()];
        chunk.readBytes(bytes);
        chunk.release();
        return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes));
    }

    @Override
    public synchronized ByteQueue exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = handler;
        return this;
    }

    @Override
    public synchronized ByteQueue endHandler(@Nullable Handler<Void> handler) {
        endHandler = handler;
        return this;
    }

    @Override
    public synchronized ByteQueue pause() {
        demand = 0;
        return this;
    }

    @Override
    public ByteQueue resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public ByteQueue fetch(long amount) {
        synchronized (this) {
            demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
        }
        kick();
        return this;
    }

    @Override
    public void close() {
        Runnable told;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            told = ended ? ByteQueue::nothing : onClose;
            chunks.forEach(ByteBuf::release);
            chunks.clear();
            queued = 0;
        }
        told.run();
    }

    private static void nothing() {}

    /** Starts handing over unless that is under way: inline where the caller is on the consumer's context. */
    private void kick() {
        Context at;
        synchronized (this) {
            if (emitting || !deliverable()) {
                return;
            }
            emitting = true;
            at = context;
        }
        if (at == null || at == Vertx.currentContext()) {
            emit();
        } else {
            at.runOnContext(turn -> emit());
        }
    }

    private boolean deliverable() {
        return receiver != null && !closed && demand > 0 && (ended || !chunks.isEmpty());
    }

    private void emit() {
        for (int turn = 0; ; turn++) {
            Handler<ByteBuf> to;
            ByteBuf chunk;
            Runnable room = ByteQueue::nothing;
            synchronized (this) {
                if (!deliverable()) {
                    emitting = false;
                    return;
                }
                if (turn == TURN && context != null) {
                    context.runOnContext(next -> emit());
                    return;
                }
                to = Objects.requireNonNull(receiver);
                chunk = chunks.poll();
                if (chunk != null) {
                    queued -= chunk.readableBytes();
                    demand -= demand == Long.MAX_VALUE ? 0 : 1;
                    if (wasFull && queued <= limit / 2) {
                        wasFull = false;
                        room = onRoom;
                    }
                }
            }
            if (chunk == null) {
                tellEnd();
                return;
            }
            handOver(to, chunk);
            room.run();
        }
    }

    private void handOver(Handler<ByteBuf> to, ByteBuf chunk) {
        try {
            to.handle(chunk);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void tellEnd() {
        Handler<Throwable> failed;
        Handler<Void> done;
        Throwable cause;
        synchronized (this) {
            closed = true;
            cause = failure;
            failed = exceptionHandler;
            done = endHandler;
        }
        if (cause != null && failed != null) {
            failed.handle(cause);
        } else if (cause == null && done != null) {
            done.handle(null);
        }
    }
}
