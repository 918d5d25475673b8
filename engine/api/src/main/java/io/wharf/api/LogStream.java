package io.wharf.api;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import org.jspecify.annotations.Nullable;

/** A framed log as the JSON lines that {@link LogLines} makes of it; a failure is the last of them. */
final class LogStream implements ByteStream {
    private final ByteStream frames;
    private final LogLines lines;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;

    LogStream(ByteStream frames, LogLines lines) {
        this.frames = frames;
        this.lines = lines;
    }

    @Override
    public LogStream handler(@Nullable Handler<Buffer> to) {
        handler = to;
        frames.handler(to == null ? null : bytes -> give(lines.next(bytes)));
        return this;
    }

    @Override
    public LogStream endHandler(@Nullable Handler<Void> to) {
        endHandler = to;
        frames.endHandler(end -> finish(lines.end()));
        frames.exceptionHandler(failure -> {
            give(lines.end());
            finish(lines.failure(String.valueOf(WharfException.of(failure).getMessage())));
        });
        return this;
    }

    /** Failures are told in the stream. */
    @Override
    public LogStream exceptionHandler(@Nullable Handler<Throwable> to) {
        return this;
    }

    private void give(Buffer json) {
        Handler<Buffer> to = handler;
        if (json.length() > 0 && to != null) {
            to.handle(json);
        }
    }

    private void finish(Buffer json) {
        give(json);
        Handler<Void> to = endHandler;
        if (to != null) {
            to.handle(null);
        }
    }

    @Override
    public LogStream pause() {
        frames.pause();
        return this;
    }

    @Override
    public LogStream resume() {
        frames.resume();
        return this;
    }

    @Override
    public LogStream fetch(long amount) {
        frames.fetch(amount);
        return this;
    }

    @Override
    public void close() {
        frames.close();
    }
}
