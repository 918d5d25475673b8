package io.wharf.api;

import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes values one after another, a window at a time: the next is asked for when the client has taken what was written.
 * Values may come on any thread; everything is written on the connection's context, and what has come by the time of its
 * turn in one piece, for to write costs more than to say.
 */
final class WriteLines implements FlowableSubscriber<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(WriteLines.class);
    /** How many values are asked for ahead of a client that does not read. */
    private static final int WINDOW = 64;

    private final Call call;
    private final HttpServerResponse response;
    private final Reply.Lines lines;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private @Nullable Subscription source;
    /** Lines that wait for the context's turn, and how many. Guarded by this. */
    private @Nullable Buffer waiting;

    private int count;
    private int taken;

    private WriteLines(Call call, Reply.Lines lines) {
        this.call = call;
        this.lines = lines;
        this.response = call.request().response();
    }

    /** Subscribes; a head that goes out at once does so after that, for clients take it as the beginning. */
    static void start(Call call, Reply.Lines lines) {
        WriteLines writer = new WriteLines(call, lines);
        lines.values().subscribe(writer);
        if (lines.atOnce() && !writer.response.closed()) {
            writer.begun();
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        // The response has one handler of its end, which is the front's: what ends with the client hangs on the call.
        call.onLeave(subscription::cancel);
        subscription.request(WINDOW);
    }

    @Override
    public void onNext(Object value) {
        synchronized (this) {
            boolean first = waiting == null;
            Buffer all = first ? Buffer.buffer() : Objects.requireNonNull(waiting);
            append(all, value);
            waiting = all;
            count++;
            if (!first) {
                return;
            }
        }
        context.runOnContext(turn -> write());
    }

    @Override
    public void onError(Throwable failure) {
        context.runOnContext(turn -> fail(WharfException.of(failure)));
    }

    @Override
    public void onComplete() {
        context.runOnContext(turn -> {
            if (!response.closed()) {
                begun();
                response.end();
            }
            call.answered();
        });
    }

    private void begun() {
        if (!response.headWritten()) {
            WriteReply.head(response, Reply.JSON);
        }
    }

    private void append(Buffer to, Object value) {
        to.appendBytes(Json.writeBytes(value)).appendString(lines.lineEnd());
    }

    private void write() {
        Buffer all;
        int values;
        synchronized (this) {
            all = Objects.requireNonNull(waiting);
            values = count;
            waiting = null;
            count = 0;
        }
        if (response.closed()) {
            return;
        }
        begun();
        response.write(all);
        taken += values;
        if (taken >= WINDOW / 2) {
            more(taken);
            taken = 0;
        }
    }

    private void more(int values) {
        Subscription from = Objects.requireNonNull(source);
        if (response.writeQueueFull()) {
            response.drainHandler(drained -> {
                response.drainHandler(null);
                from.request(values);
            });
        } else {
            from.request(values);
        }
    }

    /** Before the first line a failure has a status of its own; after it, it is the last line. */
    private void fail(WharfException failure) {
        LOG.debug("{}: {}", call.operation().id(), failure.toString());
        call.answered();
        if (response.closed()) {
            return;
        }
        if (!response.headWritten()) {
            WriteReply.failure(call.request(), failure);
            return;
        }
        Buffer last = Buffer.buffer();
        append(last, refusal(failure));
        response.end(last);
    }

    /** The line that tells of a failure. */
    static Object refusal(Throwable failure) {
        String message = String.valueOf(WharfException.of(failure).getMessage());
        return Map.of("errorDetail", Map.of("message", message), "error", message);
    }
}
