package io.wharf.api;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import org.jspecify.annotations.Nullable;

/**
 * A framed log as the JSON lines that {@link LogLines} makes of it; a failure is the last of them.
 *
 * <p>That takes milliseconds for each chunk of a log of short lines, on a loop that serves all clients. So it stops after
 * each: by a timer, for a task that is put behind the others is taken up again before the loop looks at its sockets.
 */
final class LogStream implements ByteStream {
    /** Bytes of log between two stops, which are a millisecond each. */
    private static final int BREATH = 64 << 10;

    private final ByteStream frames;
    private final LogLines lines;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private int taken;
    private boolean paused;
    private boolean stopped;

    LogStream(ByteStream frames, LogLines lines) {
        this.frames = frames;
        this.lines = lines;
    }

    @Override
    public LogStream handler(@Nullable Handler<Buffer> to) {
        handler = to;
        frames.handler(to == null ? null : this::take);
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

    private void take(Buffer bytes) {
        give(lines.next(bytes));
        taken += bytes.length();
        Context loop = Vertx.currentContext();
        if (taken >= BREATH && loop != null) {
            taken = 0;
            stopped = true;
            frames.pause();
            loop.owner().setTimer(1, over -> {
                stopped = false;
                if (!paused) {
                    frames.resume();
                }
            });
        }
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
        paused = true;
        frames.pause();
        return this;
    }

    @Override
    public LogStream resume() {
        paused = false;
        if (!stopped) {
            frames.resume();
        }
        return this;
    }

    /** As {@link #resume}: of a chunk of the log may come one of lines or none, so that there is nothing to count. */
    @Override
    public LogStream fetch(long amount) {
        return amount > 0 ? resume() : this;
    }

    @Override
    public void close() {
        frames.close();
    }
}
