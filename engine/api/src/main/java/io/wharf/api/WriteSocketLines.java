package io.wharf.api;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes values as text messages of a WebSocket (RFC 6455), a window at a time: the next is asked for when the client has
 * taken what was written. What the client says is not listened to.
 */
final class WriteSocketLines implements FlowableSubscriber<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(WriteSocketLines.class);
    private static final int WINDOW = 64;
    private static final long PING_MILLIS = 15_000;
    // RFC 6455, 7.4.1: the server meets a condition that keeps it from going on.
    private static final short FAILED = 1011;
    private static final int LONGEST_REASON = 100;

    private final ServerWebSocket socket;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private @Nullable Subscription source;
    private int taken;

    private WriteSocketLines(ServerWebSocket socket) {
        this.socket = socket;
    }

    /** Upgrades, and writes until one side ends. */
    static void start(Call call, Flowable<?> values) {
        call.request().toWebSocket().onComplete(socket -> values.subscribe(new WriteSocketLines(socket)), failure -> {
            LOG.debug("{}: {}", call.operation().id(), failure.toString());
            values.take(0).subscribe();
        });
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        long ping = context.owner().setPeriodic(PING_MILLIS, due -> {
            if (!socket.writeQueueFull()) {
                socket.writePing(Buffer.buffer());
            }
        });
        socket.handler(ignored -> {});
        socket.exceptionHandler(broken -> LOG.debug("WebSocket: {}", broken.toString()));
        socket.closeHandler(closed -> {
            context.owner().cancelTimer(ping);
            subscription.cancel();
        });
        subscription.request(WINDOW);
    }

    @Override
    public void onNext(Object value) {
        String json = Json.write(value);
        context.runOnContext(turn -> write(json));
    }

    @Override
    public void onError(Throwable failure) {
        String why = String.valueOf(WharfException.of(failure).getMessage());
        context.runOnContext(turn -> socket.close(FAILED, why.substring(0, Math.min(why.length(), LONGEST_REASON))));
    }

    @Override
    public void onComplete() {
        context.runOnContext(turn -> socket.close());
    }

    private void write(String json) {
        if (socket.isClosed()) {
            return;
        }
        socket.writeTextMessage(json);
        if (++taken < WINDOW / 2) {
            return;
        }
        int more = taken;
        taken = 0;
        Subscription from = Objects.requireNonNull(source);
        if (socket.writeQueueFull()) {
            socket.drainHandler(drained -> {
                socket.drainHandler(null);
                from.request(more);
            });
        } else {
            from.request(more);
        }
    }
}
