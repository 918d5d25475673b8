package io.wharf.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events as text messages of a WebSocket (RFC 6455). What the client says is not listened to. */
final class WriteSocketEvents implements EventOutlet {
    private static final Logger LOG = LoggerFactory.getLogger(WriteSocketEvents.class);
    private static final long PING_MILLIS = 15_000;
    // RFC 6455, 7.4.1, and one of those free for applications, after HTTP's status.
    private static final short GOING_AWAY = 1001;
    private static final short FAILED = 1011;
    private static final short GONE = 4410;
    private static final int LONGEST_REASON = 100;

    private final ServerWebSocket socket;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private long ping = -1;

    private WriteSocketEvents(ServerWebSocket socket) {
        this.socket = socket;
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
        WriteSocketEvents messages = new WriteSocketEvents(socket);
        WriteEvents writer = new WriteEvents(reply.texts(), messages);
        socket.setWriteQueueMaxSize(WriteEvents.QUEUE_BYTES);
        socket.handler(ignored -> {});
        socket.exceptionHandler(broken -> LOG.debug("WebSocket: {}", broken.toString()));
        socket.closeHandler(closed -> {
            writer.cancel();
            messages.quiet();
        });
        reply.events().subscribe(writer);
        messages.keepAlive();
    }

    /** Control frames may stand between the parts of a message. */
    private void keepAlive() {
        ping = context.owner().setPeriodic(PING_MILLIS, due -> {
            if (!socket.isClosed() && !socket.writeQueueFull()) {
                socket.writePing(Buffer.buffer());
            }
        });
    }

    private void quiet() {
        context.owner().cancelTimer(ping);
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    /** A message, or a fragment of one (RFC 6455, 5.4). */
    @Override
    public void add(byte[] text, int from, int to) {
        boolean last = to == text.length;
        socket.writeFrame(
                from == 0
                        ? WebSocketFrame.textFrame(new String(text, 0, to, StandardCharsets.UTF_8), last)
                        : WebSocketFrame.continuationFrame(
                                Buffer.buffer(to - from).appendBytes(text, from, to - from), last));
    }

    @Override
    public void flush() {
        // Each frame goes out by itself.
    }

    @Override
    public boolean isFull() {
        return socket.writeQueueFull();
    }

    @Override
    public void onDrain(Runnable action) {
        socket.drainHandler(drained -> {
            socket.drainHandler(null);
            action.run();
        });
    }

    @Override
    public void end(@Nullable WharfException failure) {
        if (failure == null) {
            socket.close();
            return;
        }
        ErrorKind kind = failure.kind();
        short code = kind == ErrorKind.UNAVAILABLE ? GOING_AWAY : kind == ErrorKind.GONE ? GONE : FAILED;
        String why = String.valueOf(failure.getMessage());
        socket.close(code, why.substring(0, Math.min(why.length(), LONGEST_REASON)));
    }

    @Override
    public void breakOff() {
        socket.close(GOING_AWAY, "no memory for the rest of this event: come back");
    }
}
