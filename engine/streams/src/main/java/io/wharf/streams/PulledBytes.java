package io.wharf.streams;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.contracts.ByteStream;
import io.wharf.linux.Pools;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A source that blocks while it is read, such as a file, as a {@link ByteStream}: read on a pool's thread as far as the
 * consumer has room, and holding no thread while it waits for room or for more to come.
 */
public final class PulledBytes {
    private static final long LIMIT = 256 << 10;
    /** Reads in one go before the thread is given back to the pool's queue. */
    private static final int TURNS = 32;

    private static final int IDLE = 0;
    private static final int RUNNING = 1;
    private static final int AGAIN = 2;

    /** What is read; by one thread at a time, in the order of the calls. */
    public interface Source {
        /** The next bytes, for the caller to release; null where there are none now, or never again. */
        @Nullable
        ByteBuf next() throws Exception;

        /** After null: whether nothing will come any more. */
        boolean finished();

        /** Called once, after the last {@link #next}. */
        void close();
    }

    private final Pools pools;
    private final Source source;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private final ByteQueue queue = new ByteQueue(LIMIT).onRoom(this::wake).onClose(this::wake);
    private final Promise<Void> over = Promise.promise();
    private boolean closed;

    private PulledBytes(Pools pools, Source source) {
        this.pools = pools;
        this.source = source;
    }

    /** Reads a source to its end; for one that may pause, see {@link #wake}. */
    public static PulledBytes of(Pools pools, Source source) {
        PulledBytes pulled = new PulledBytes(pools, source);
        pulled.wake();
        return pulled;
    }

    public ByteStream bytes() {
        return queue;
    }

    /** Completes, on any thread, when the source has been closed: at its end, its failure or the consumer's close. */
    public Future<Void> over() {
        return over.future();
    }

    /** Looks at the source again: it may have more now, or may have finished. From any thread, as often as liked. */
    public void wake() {
        if (state.getAndUpdate(now -> now == IDLE ? RUNNING : AGAIN) == IDLE) {
            submit();
        }
    }

    private void submit() {
        pools.run(this::read).onFailure(this::end);
    }

    private void read() throws Exception {
        for (int turn = 0; turn < TURNS; turn++) {
            if (queue.isClosed()) {
                end(null);
                return;
            }
            ByteBuf bytes = queue.isFull() ? null : source.next();
            if (bytes != null) {
                queue.offer(bytes);
            } else if (!queue.isFull() && source.finished()) {
                end(null);
                return;
            } else if (state.compareAndSet(RUNNING, IDLE)) {
                return;
            } else {
                state.set(RUNNING);
            }
        }
        submit();
    }

    /** Runs where nobody reads the source any more, and leaves the state so that nobody will. */
    private void end(@Nullable Throwable failure) {
        if (closed) {
            return;
        }
        closed = true;
        source.close();
        if (failure == null) {
            queue.end();
        } else {
            queue.fail(failure);
        }
        over.complete();
    }
}
