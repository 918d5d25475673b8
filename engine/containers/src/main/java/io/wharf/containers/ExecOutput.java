package io.wharf.containers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.vertx.core.Vertx;
import io.wharf.contracts.ByteStream;
import io.wharf.linux.Fd;
import io.wharf.linux.FdReader;
import io.wharf.streams.ByteQueue;
import io.wharf.streams.StdFrames;
import java.util.ArrayList;
import java.util.List;

/**
 * What an attached exec says, from its own pipes or terminal straight to the client: who reads slowly slows the process
 * down, as Docker does it. Without a client everything is read and dropped, for the process goes on.
 *
 * <p>Confined to the event loop that reads; the client's side of the queue is wherever the client is.
 */
final class ExecOutput {
    private static final long LIMIT = 256 << 10;
    /** How long after the end of the process its children may keep the client waiting, in milliseconds. */
    private static final long PATIENCE = 2000;

    private final Vertx vertx;
    private final IoEventLoop loop;
    private final boolean framed;
    private final ByteQueue queue;
    private final List<FdReader> readers = new ArrayList<>();
    private int open;
    private boolean exited;
    private boolean paused;
    private boolean dropping;

    ExecOutput(Vertx vertx, IoEventLoop loop, boolean framed) {
        this.vertx = vertx;
        this.loop = loop;
        this.framed = framed;
        this.queue =
                new ByteQueue(LIMIT).onRoom(() -> loop.execute(this::proceed)).onClose(this::drop);
    }

    ByteStream bytes() {
        return queue;
    }

    /** Reads a pipe or terminal, which is then this object's, as a stream of the frames. */
    void read(Fd source, int stream) {
        open++;
        FdReader reader = FdReader.of(loop, source, new FdReader.Listener() {
            @Override
            public void data(ByteBuf bytes) {
                arrive(stream, bytes);
            }

            @Override
            public void end() {
                open--;
                endIfOver();
            }
        });
        readers.add(reader);
        reader.resume();
    }

    private void arrive(int stream, ByteBuf bytes) {
        if (dropping) {
            bytes.release();
            return;
        }
        queue.offer(framed ? StdFrames.frame(ByteBufAllocator.DEFAULT, stream, bytes) : bytes);
        if (queue.isFull() && !paused) {
            paused = true;
            readers.forEach(FdReader::pause);
        }
    }

    private void proceed() {
        if (paused) {
            paused = false;
            readers.forEach(FdReader::resume);
        }
    }

    /** The client is gone, or has detached: the process must not wait for it. */
    void drop() {
        loop.execute(() -> {
            dropping = true;
            queue.end();
            proceed();
        });
    }

    /** The process has ended and its exit code can be asked for: the client's output ends when all of it has come. */
    void processEnded() {
        exited = true;
        endIfOver();
        if (open > 0) {
            vertx.setTimer(PATIENCE, waited -> loop.execute(this::giveUp));
        }
    }

    private void giveUp() {
        if (paused) {
            // It is the client who is slow, and there may be more in the pipe.
            vertx.setTimer(PATIENCE, waited -> loop.execute(this::giveUp));
        } else {
            close();
        }
    }

    /** Reads no more, whoever still holds the other ends. */
    void close() {
        readers.forEach(FdReader::close);
    }

    private void endIfOver() {
        if (exited && open == 0) {
            queue.end();
        }
    }
}
