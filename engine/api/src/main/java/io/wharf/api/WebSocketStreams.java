package io.wharf.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import io.wharf.base.WharfException;
import io.wharf.contracts.Duplex;
import io.wharf.streams.StdFrames;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container's streams as a WebSocket (RFC 6455): each message is a piece of output or input, and Docker's framing of
 * two outputs is taken away, for it has none here. A close from the client ends the input, one from here says that the
 * output is complete.
 */
final class WebSocketStreams {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketStreams.class);

    private static final Set<String> OPERATIONS = Set.of("ContainerAttachWebsocket", "WharfEvents");

    private final ServerWebSocket socket;
    private final Duplex streams;
    private final boolean text;
    private Buffer unread = Buffer.buffer();

    private WebSocketStreams(ServerWebSocket socket, Duplex streams, boolean text) {
        this.socket = socket;
        this.streams = streams;
        this.text = text;
    }

    /** Whether a call asks for the upgrade where there is one; its request is held, unread, until it is answered. */
    static boolean isHeld(Call call) {
        return OPERATIONS.contains(call.operation().id()) && "websocket".equalsIgnoreCase(call.header("Upgrade"));
    }

    static void checkHeld(Call call) {
        if (!isHeld(call)) {
            throw WharfException.invalid("not websocket protocol");
        }
    }

    /** Upgrades, and carries both ways until one side ends. */
    static void start(Call call, Reply.WebSocket reply) {
        call.request()
                .toWebSocket()
                .onComplete(
                        socket -> new WebSocketStreams(
                                        socket, reply.streams(), !call.version().atLeast(28))
                                .begin(reply.tty()),
                        failure -> {
                            LOG.debug("{}: {}", call.operation().id(), failure.toString());
                            reply.streams().close();
                        });
    }

    private void begin(boolean tty) {
        WriteStream<Buffer> input = streams.input();
        input.exceptionHandler(broken -> LOG.debug("input of a WebSocket: {}", broken.toString()));
        input.drainHandler(drained -> socket.resume());
        socket.handler(bytes -> {
            input.write(bytes);
            if (input.writeQueueFull()) {
                socket.pause();
                // The queue may have drained between the two, on another thread.
                if (!input.writeQueueFull()) {
                    socket.resume();
                }
            }
        });
        socket.endHandler(end -> input.end());
        socket.exceptionHandler(broken -> LOG.debug("WebSocket: {}", broken.toString()));
        socket.closeHandler(closed -> streams.close());
        ReadStream<Buffer> output = streams.output();
        socket.drainHandler(drained -> output.resume());
        output.exceptionHandler(broken -> socket.close());
        output.endHandler(end -> socket.close());
        output.handler(bytes -> {
            if (tty) {
                toClient(bytes);
            } else {
                unframed(bytes);
            }
            if (socket.writeQueueFull()) {
                output.pause();
                if (!socket.writeQueueFull()) {
                    output.resume();
                }
            }
        });
    }

    /** Takes the headers out; a frame that is not whole yet waits for the rest. */
    private void unframed(Buffer bytes) {
        Buffer all = unread.length() == 0 ? bytes : unread.appendBuffer(bytes);
        int at = 0;
        while (all.length() - at >= StdFrames.HEADER_BYTES) {
            int length = all.getInt(at + 4);
            int end = at + StdFrames.HEADER_BYTES + length;
            if (all.length() < end) {
                break;
            }
            toClient(all.slice(at + StdFrames.HEADER_BYTES, end));
            at = end;
        }
        unread = at == all.length() ? Buffer.buffer() : all.getBuffer(at, all.length());
    }

    private void toClient(Buffer bytes) {
        if (bytes.length() == 0 || socket.isClosed()) {
            return;
        }
        // Clients before 1.28 know text only.
        if (text) {
            socket.writeTextMessage(bytes.toString());
        } else {
            socket.writeBinaryMessage(bytes);
        }
    }
}
