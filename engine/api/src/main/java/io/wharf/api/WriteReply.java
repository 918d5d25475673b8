package io.wharf.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what a handler answered. */
final class WriteReply {
    private static final Logger LOG = LoggerFactory.getLogger(WriteReply.class);

    private static final int FIRST_ROOM = 1024;

    private WriteReply() {}

    static void write(Call call, Reply reply) {
        HttpServerResponse response = call.request().response();
        if (response.closed()) {
            discard(reply);
            return;
        }
        switch (reply) {
            case Reply.Json(int status, Object body) -> {
                Buffer json;
                try {
                    json = line(body);
                } catch (WharfException e) {
                    LOG.error("{}: {}", call.operation().id(), e.getMessage(), e);
                    failure(call.request(), e);
                    return;
                }
                response.setStatusCode(status)
                        .putHeader("Content-Type", Reply.JSON)
                        .end(json);
            }
            case Reply.Empty(int status) -> response.setStatusCode(status).end();
            case Reply.Text(int status, String contentType, Buffer body) ->
                response.setStatusCode(status)
                        .putHeader("Content-Type", contentType)
                        .end(body);
            case Reply.Promised promised -> promised(call, response, promised);
            case Reply.Head(int status, Map<String, String> headers) -> {
                headers.forEach(response::putHeader);
                response.setStatusCode(status).end();
            }
            case Reply.Bytes(String contentType, Map<String, String> headers, ByteStream bytes) -> {
                headers.forEach(response::putHeader);
                bytes(call, response, contentType, bytes);
            }
            case Reply.Lines lines -> WriteLines.start(call, lines);
            case Reply.EventLines events -> WriteEventLines.start(call, events);
            case Reply.SocketEvents socket -> WriteSocketEvents.start(call, socket);
            case Reply.Messages messages -> WriteMessages.start(call, messages.feed());
            case Reply.WebSocket socket -> WebSocketStreams.start(call, socket);
            case Reply.Raw raw ->
                throw new IllegalStateException(call.operation().id() + " is no hijack");
            case Reply.RawFailure raw ->
                throw new IllegalStateException(call.operation().id() + " is no hijack");
        }
    }

    /** Writes an error, in Docker's form. */
    static void failure(HttpServerRequest request, WharfException failure) {
        HttpServerResponse response = request.response();
        if (response.closed() || response.ended()) {
            return;
        }
        if (response.headWritten()) {
            // Too late for a status: what was sent is not the whole, and the client must not take it for that.
            request.connection().close();
            return;
        }
        response.setStatusCode(failure.kind().httpStatus());
        if (failure.kind() == ErrorKind.NOT_MODIFIED || request.method().name().equals("HEAD")) {
            response.end();
        } else {
            response.putHeader("Content-Type", Reply.JSON).end(line(Refusals.body(failure)));
        }
    }

    /** Writes an error for clients that are older than the form. */
    static void plainFailure(HttpServerRequest request, WharfException failure) {
        request.response()
                .setStatusCode(failure.kind().httpStatus())
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(failure.getMessage() + "\n");
    }

    /** Written into the memory that is sent: a list of hundreds of containers is not copied on its way. */
    static Buffer line(Object body) {
        ByteBuf bytes = Unpooled.buffer(FIRST_ROOM);
        Json.write(body, new ByteBufOutputStream(bytes));
        return BufferInternal.buffer(bytes.writeByte('\n'));
    }

    static HttpServerResponse head(HttpServerResponse response, String contentType) {
        response.setStatusCode(200).putHeader("Content-Type", contentType).setChunked(true);
        if (response.isChunked()) {
            response.writeHead();
        } else {
            // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
            response.write(Buffer.buffer());
        }
        return response;
    }

    private static void promised(Call call, HttpServerResponse response, Reply.Promised promised) {
        head(response, Reply.JSON);
        promised.body()
                .onComplete(
                        body -> {
                            if (!response.closed()) {
                                response.end(line(body));
                            }
                        },
                        failure -> failure(call.request(), WharfException.of(failure)));
    }

    private static void bytes(Call call, HttpServerResponse response, String contentType, ByteStream bytes) {
        call.onLeave(bytes::close);
        head(response, contentType);
        response.drainHandler(drained -> bytes.resume());
        bytes.exceptionHandler(failure -> {
            LOG.debug("{}: {}", call.operation().id(), failure.toString());
            failure(call.request(), WharfException.of(failure));
        });
        bytes.endHandler(end -> {
            if (!response.closed()) {
                response.end();
            }
        });
        bytes.handler(chunk -> {
            if (response.closed()) {
                return;
            }
            response.write(chunk);
            if (response.writeQueueFull()) {
                bytes.pause();
                // The queue may have drained between the two, on another thread.
                if (!response.writeQueueFull()) {
                    bytes.resume();
                }
            }
        });
    }

    /** The client left before its answer came: what stands behind a stream is let go. */
    static void discard(Reply reply) {
        switch (reply) {
            case Reply.Bytes bytes -> bytes.bytes().close();
            case Reply.Head head -> {}
            case Reply.Raw raw -> raw.streams().close();
            case Reply.WebSocket socket -> socket.streams().close();
            case Reply.Lines lines -> lines.values().take(0).subscribe();
            case Reply.EventLines events -> events.events().take(0).subscribe();
            case Reply.SocketEvents socket -> socket.events().take(0).subscribe();
            case Reply.Messages messages -> {}
            case Reply.Json json -> {}
            case Reply.Empty empty -> {}
            case Reply.Text text -> {}
            case Reply.Promised promised -> {}
            case Reply.RawFailure failure -> {}
        }
    }
}
