package io.wharf.linux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEventLoop;
import org.slf4j.LoggerFactory;

/**
 * Reads a pipe or terminal on an event loop, with backpressure and without a thread.
 *
 * <p>Starts paused. Everything happens on the loop; {@link #pause}, {@link #resume} and {@link #close} may be called from
 * anywhere. At the end, a failure or a close the descriptor is closed, and {@link Listener#end} comes exactly once.
 */
public final class FdReader implements AutoCloseable {
    private static final int CHUNK = 64 << 10;
    /** Reads in one go before others on the loop get their turn. */
    private static final int TURNS = 8;

    private final IoEventLoop loop;
    private final Fd fd;
    private final Listener listener;
    private final Readiness readiness;
    private boolean paused = true;
    private boolean ended;

    /** Takes what was read. */
    public interface Listener {
        /** Bytes that are now the listener's, who releases them. */
        void data(ByteBuf bytes);

        /** Nothing more comes: the end of the file, all writers gone, closed, or failed. */
        void end();
    }

    private FdReader(IoEventLoop loop, Fd fd, Listener listener) {
        this.loop = loop;
        this.fd = fd;
        this.listener = listener;
        Descriptors.nonBlocking(fd, true);
        readiness = Readiness.watch(loop, fd, this::read);
    }

    /** Takes the descriptor over. */
    public static FdReader of(IoEventLoop loop, Fd fd, Listener listener) {
        return new FdReader(loop, fd, listener);
    }

    /** From the loop it holds at once; from elsewhere a few chunks may still come. */
    public void pause() {
        if (loop.inEventLoop()) {
            paused = true;
        } else {
            loop.execute(() -> paused = true);
        }
    }

    public void resume() {
        loop.execute(() -> {
            paused = false;
            read();
        });
    }

    @Override
    public void close() {
        loop.execute(this::finish);
    }

    private void read() {
        for (var turn = 0; turn < TURNS; turn++) {
            if (paused || ended) {
                return;
            }
            var buffer = ByteBufAllocator.DEFAULT.directBuffer(CHUNK);
            var count = readInto(buffer);
            if (count <= 0) {
                buffer.release();
                if (count == 0) {
                    finish();
                }
                return;
            }
            // A full chunk for a few bytes would hold much memory in a slow reader's queue.
            listener.data(count < CHUNK / 8 ? shrunk(buffer) : buffer);
        }
        loop.execute(this::read);
    }

    private int readInto(ByteBuf buffer) {
        try {
            var count = fd.read(buffer.nioBuffer(0, buffer.capacity()));
            buffer.writerIndex(Math.max(0, count));
            return count;
        } catch (LinuxException e) {
            // A terminal whose last user has gone says EIO: that is its end of file.
            if (!e.is(Errno.EIO)) {
                LoggerFactory.getLogger(FdReader.class).warn("Reading stopped", e);
            }
            return 0;
        }
    }

    private static ByteBuf shrunk(ByteBuf buffer) {
        var small = ByteBufAllocator.DEFAULT.directBuffer(buffer.readableBytes());
        small.writeBytes(buffer);
        buffer.release();
        return small;
    }

    private void finish() {
        if (!ended) {
            ended = true;
            readiness.cancel(fd::close);
            listener.end();
        }
    }
}
