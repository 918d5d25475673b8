package io.wharf.api;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Event;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.Duplex;
import io.wharf.contracts.Feed;
import java.util.Map;

/** What a handler answers; the front writes it. */
sealed interface Reply {
    String JSON = "application/json";

    static Future<Reply> ok(Object body) {
        return Future.succeededFuture(new Json(200, body));
    }

    /** The status with which it begins. */
    static int status(Reply reply) {
        return switch (reply) {
            case Json json -> json.status();
            case Empty empty -> empty.status();
            case Text text -> text.status();
            case Head head -> head.status();
            case Promised promised -> 200;
            case Bytes bytes -> 200;
            case Lines lines -> 200;
            case EventLines events -> 200;
            case Messages messages -> 200;
            case SocketEvents events -> 101;
            case Raw raw -> 101;
            case WebSocket socket -> 101;
            case RawFailure failure -> 101;
        };
    }

    /** A body as JSON. */
    record Json(int status, Object body) implements Reply {}

    /** A head without a body. */
    record Empty(int status) implements Reply {
        static final Empty OK = new Empty(200);
        static final Empty CREATED = new Empty(201);
        static final Empty NO_CONTENT = new Empty(204);
    }

    /** A body that is ready. */
    record Text(int status, String contentType, Buffer body) implements Reply {}

    /** A head at once, and a JSON body when the future holds it. */
    record Promised(Future<?> body) implements Reply {}

    /** A head alone that says more than its status. */
    record Head(int status, Map<String, String> headers) implements Reply {}

    /** Bytes as they come; the stream is closed when the client leaves. */
    record Bytes(String contentType, Map<String, String> headers, ByteStream bytes) implements Reply {
        Bytes(String contentType, ByteStream bytes) {
            this(contentType, Map.of(), bytes);
        }
    }

    /**
     * Values as JSON, one after another.
     *
     * @param atOnce whether the head goes out before the first value; otherwise a failure before it has a status
     * @param lineEnd behind each
     */
    record Lines(Flowable<?> values, boolean atOnce, String lineEnd) implements Reply {}

    /** Events, one after another; the head goes out at once. */
    record EventLines(Flowable<Event> events, EventForm form) implements Reply {}

    /** Events as text messages of a WebSocket; the request must be held. */
    record SocketEvents(Flowable<Event> events, EventTexts texts) implements Reply {}

    /** Messages as they come, for a client that may miss some. */
    record Messages(Feed feed) implements Reply {}

    /** A raw stream in both ways; only operations that the contract marks as hijacks may answer it. */
    record Raw(Duplex streams, boolean tty) implements Reply {}

    /** The same as messages of a WebSocket, without frames; the request must be held. */
    record WebSocket(Duplex streams, boolean tty) implements Reply {}

    /**
     * A raw stream that says why there is none, and ends.
     *
     * @param tty whether the client expects a terminal's bytes, and so no frames
     */
    record RawFailure(String message, boolean tty) implements Reply {}
}
