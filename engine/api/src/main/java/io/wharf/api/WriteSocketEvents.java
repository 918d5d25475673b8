package io.wharf.api;

import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.wharf.base.ErrorKind;
import io.wharf.base.Event;
import io.wharf.base.WharfException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events as text messages of a WebSocket (RFC 6455), a window at a time: the next are asked for when the client has
 * taken what was written. What the client says is not listened to.
 */
final class WriteSocketEvents implements FlowableSubscriber<Event> {
    private static final Logger LOG = LoggerFactory.getLogger(WriteSocketEvents.class);
    private static final int WINDOW = LineForm.EVENTS_AHEAD;
    private static final long PING_MILLIS = 15_000;
    // RFC 6455, 7.4.1, and one of those free for applications, after HTTP's status.
    private static final short GOING_AWAY = 1001;
    private static final short FAILED = 1011;
    private static final short GONE = 4410;
    private static final int LONGEST_REASON = 100;

    private final ServerWebSocket socket;
    private final EventTexts texts;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private @Nullable Subscription source;
    /** What waits for the context's turn. Guarded by this. */
    private List<byte[]> waiting = new ArrayList<>();

    private int taken;
    private long ping = -1;

    private WriteSocketEvents(ServerWebSocket socket, EventTexts texts) {
        this.socket = socket;
        this.texts = texts;
    }

    /** Upgrades, and writes until one side ends. */
    static void start(Call call, Reply.SocketEvents reply) {
        call.request().toWebSocket().onComplete(socket -> write(socket, reply), failure -> {
            LOG.debug("{}: {}", call.operation().id(), failure.toString());
            WriteReply.discard(reply);
        });
    }

    /** On the socket's own context: it cannot close between the look and the handlers, but may have before. */
    static void write(ServerWebSocket socket, Reply.SocketEvents reply) {
        if (socket.isClosed()) {
            WriteReply.discard(reply);
            return;
        }
        WriteSocketEvents writer = new WriteSocketEvents(socket, reply.texts());
        socket.setWriteQueueMaxSize(LineForm.EVENT_BYTES_AHEAD);
        socket.handler(ignored -> {});
        socket.exceptionHandler(broken -> LOG.debug("WebSocket: {}", broken.toString()));
        socket.closeHandler(closed -> writer.closed());
        reply.events().subscribe(writer);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        if (socket.isClosed()) {
            subscription.cancel();
            return;
        }
        subscription.request(WINDOW);
        ping = context.owner().setPeriodic(PING_MILLIS, due -> {
            if (!socket.writeQueueFull()) {
                socket.writePing(Buffer.buffer());
            }
        });
    }

    private void closed() {
        context.owner().cancelTimer(ping);
        Subscription from = source;
        if (from != null) {
            from.cancel();
        }
    }

    @Override
    public void onNext(Event event) {
        byte[] text = texts.of(event);
        synchronized (this) {
            waiting.add(text);
            if (waiting.size() > 1) {
                return;
            }
        }
        context.runOnContext(turn -> write());
    }

    @Override
    public void onError(Throwable failure) {
        WharfException known = WharfException.of(failure);
        short code =
                known.kind() == ErrorKind.UNAVAILABLE ? GOING_AWAY : known.kind() == ErrorKind.GONE ? GONE : FAILED;
        String why = String.valueOf(known.getMessage());
        context.runOnContext(turn -> socket.close(code, why.substring(0, Math.min(why.length(), LONGEST_REASON))));
    }

    @Override
    public void onComplete() {
        context.runOnContext(turn -> socket.close());
    }

    private void write() {
        List<byte[]> all;
        synchronized (this) {
            all = waiting;
            waiting = new ArrayList<>();
        }
        if (socket.isClosed()) {
            return;
        }
        for (byte[] text : all) {
            socket.writeFrame(WebSocketFrame.textFrame(new String(text, StandardCharsets.UTF_8), true));
        }
        taken += all.size();
        if (taken >= WINDOW / 2) {
            int more = taken;
            taken = 0;
            more(more);
        }
    }

    private void more(int events) {
        Subscription from = Objects.requireNonNull(source);
        if (socket.writeQueueFull()) {
            socket.drainHandler(drained -> {
                socket.drainHandler(null);
                from.request(events);
            });
        } else {
            from.request(events);
        }
    }
}
