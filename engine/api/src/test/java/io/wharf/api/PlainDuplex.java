package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import io.wharf.contracts.Duplex;
import io.wharf.streams.ByteQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The container's side of an attachment: a queue for its output, a record of what it hears. */
final class PlainDuplex implements Duplex {
    final ByteQueue output = new ByteQueue(1 << 20);
    final StringBuffer heard = new StringBuffer();
    final CountDownLatch inputEnded = new CountDownLatch(1);
    final CountDownLatch closed = new CountDownLatch(1);
    volatile boolean full;
    volatile @Nullable Handler<Void> drain;

    @Override
    public ReadStream<Buffer> output() {
        return output;
    }

    @Override
    public WriteStream<Buffer> input() {
        return new WriteStream<>() {
            @Override
            public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
                return this;
            }

            @Override
            public Future<Void> write(Buffer data) {
                heard.append(data);
                return Future.succeededFuture();
            }

            @Override
            public Future<Void> end() {
                inputEnded.countDown();
                return Future.succeededFuture();
            }

            @Override
            public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
                return this;
            }

            @Override
            public boolean writeQueueFull() {
                return full;
            }

            @Override
            public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
                drain = handler;
                return this;
            }
        };
    }

    @Override
    public void close() {
        output.close();
        closed.countDown();
    }
}
