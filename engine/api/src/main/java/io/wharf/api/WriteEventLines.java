package io.wharf.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.wharf.base.WharfException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Events in the body of an HTTP reply, in one of their forms. */
final class WriteEventLines implements EventOutlet {
    private static final long SIGN_MILLIS = 15_000;

    private final Call call;
    private final HttpServerResponse response;
    private final EventForm form;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private @Nullable Buffer gathered;
    private long signs = -1;
    /** The last that was added is not whole yet. */
    private boolean amid;

    private WriteEventLines(Call call, EventForm form) {
        this.call = call;
        this.form = form;
        this.response = call.request().response();
    }

    /** Subscribes, and then sends the head, for clients take it as the beginning. */
    static void start(Call call, Reply.EventLines reply) {
        WriteEventLines lines = new WriteEventLines(call, reply.form());
        lines.response.setWriteQueueMaxSize(WriteEvents.QUEUE_BYTES);
        WriteEvents writer = new WriteEvents(reply.form().texts(), lines);
        // The response has one handler of its end, which is the front's: what ends with the client hangs on the call.
        call.onLeave(() -> {
            writer.cancel();
            lines.quiet();
        });
        reply.events().subscribe(writer);
        if (!lines.response.closed()) {
            lines.begin();
        }
    }

    /** Proxies and clients give up connections on which nothing comes. */
    private void begin() {
        if (response.headWritten()) {
            return;
        }
        WriteReply.head(response, form.contentType());
        String sign = form.sign();
        if (sign != null) {
            signs = context.owner().setPeriodic(SIGN_MILLIS, due -> {
                // Where something waits the client is known to live.
                if (!amid && !response.closed() && !response.writeQueueFull()) {
                    response.write(sign);
                }
            });
            response.endHandler(ended -> quiet());
        }
    }

    private void quiet() {
        context.owner().cancelTimer(signs);
    }

    @Override
    public boolean isClosed() {
        return response.closed();
    }

    @Override
    public void add(byte[] text, int from, int to) {
        Buffer all = gathered == null ? Buffer.buffer(to - from) : gathered;
        gathered = all.appendBytes(text, from, to - from);
        amid = to < text.length;
    }

    @Override
    public void flush() {
        Buffer all = gathered;
        if (all != null) {
            gathered = null;
            begin();
            response.write(all);
        }
    }

    @Override
    public boolean isFull() {
        return response.writeQueueFull();
    }

    @Override
    public void onDrain(Runnable action) {
        response.drainHandler(drained -> {
            response.drainHandler(null);
            action.run();
        });
    }

    /** Before the head a failure has a status of its own; after it, it is the last that is said. */
    @Override
    public void end(@Nullable WharfException failure) {
        call.answered();
        if (response.closed()) {
            return;
        }
        if (failure == null) {
            begin();
            response.end();
        } else if (!response.headWritten()) {
            WriteReply.failure(call.request(), failure);
        } else {
            Buffer last = Buffer.buffer();
            if (form.appendFailure(last, failure)) {
                response.end(last);
            } else {
                breakOff();
            }
        }
    }

    @Override
    public void breakOff() {
        call.request().connection().close();
    }
}
