package io.wharf.images.registry;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.wharf.contracts.ByteStream;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A response's body, paused when it is made; closing it before its end breaks the connection. */
final class ResponseBytes implements ByteStream {
    private final HttpClientResponse response;
    private final LongConsumer progress;
    private long count;

    /** Tells of the bytes that came so far. */
    ResponseBytes(HttpClientResponse response, LongConsumer progress) {
        this.response = response.pause();
        this.progress = progress;
    }

    @Override
    public ByteStream handler(@Nullable Handler<Buffer> handler) {
        response.handler(
                handler == null
                        ? null
                        : buffer -> {
                            count += buffer.length();
                            progress.accept(count);
                            handler.handle(buffer);
                        });
        return this;
    }

    @Override
    public ByteStream exceptionHandler(@Nullable Handler<Throwable> handler) {
        response.exceptionHandler(handler);
        return this;
    }

    @Override
    public ByteStream endHandler(@Nullable Handler<Void> handler) {
        response.endHandler(handler);
        return this;
    }

    @Override
    public ByteStream pause() {
        response.pause();
        return this;
    }

    @Override
    public ByteStream resume() {
        response.resume();
        return this;
    }

    @Override
    public ByteStream fetch(long amount) {
        response.fetch(amount);
        return this;
    }

    @Override
    public void close() {
        response.request().reset();
    }
}
