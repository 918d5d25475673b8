package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.wharf.api.doors.Caller;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Pending;
import io.wharf.openapi.Operation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request, matched to its operation and read as far as the contract tells. */
final class Call {
    private final HttpServerRequest request;
    private final Operation operation;
    private final ApiVersion version;
    private final Caller caller;
    private final Map<String, String> path;
    private final Query query;
    private Buffer body = Buffer.buffer(0);
    private @Nullable ByteStream stream;
    // Streams are taken on their owners' threads, clients leave on the connection's.
    private final Object leaving = new Object();
    private Runnable onLeave = () -> {};
    private boolean left;
    private Consumer<Boolean> onAnnounce = tty -> {};

    Call(HttpServerRequest request, Router.Match match, ApiVersion version, Caller caller) {
        this.request = request;
        this.operation = match.operation();
        this.version = version;
        this.caller = caller;
        this.path = match.parameters();
        this.query = new Query(operation, request.uri());
    }

    Operation operation() {
        return operation;
    }

    ApiVersion version() {
        return version;
    }

    /** Who asks, and in which role. */
    Caller caller() {
        return caller;
    }

    HttpServerRequest request() {
        return request;
    }

    Query query() {
        return query;
    }

    /** A parameter of the path, decoded. */
    String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException(operation.id() + " has no path parameter " + name);
        }
        return value;
    }

    /** All parameters of the path, in their order. */
    List<String> pathValues() {
        return List.copyOf(path.values());
    }

    @Nullable
    String header(String name) {
        return request.getHeader(name);
    }

    /** The query's {@code filters}; keys that are not accepted are refused, unless none is named. */
    Filters filters(String... accepted) {
        return ReadFilters.read(query.text("filters"), Set.of(accepted));
    }

    /** Whether the client sends more than so many bytes, for operations that carry none. */
    boolean hasBodyAbove(int bytes) {
        String length = header("Content-Length");
        return header("Transfer-Encoding") != null || (length != null && Long.parseLong(length) > bytes);
    }

    /** The whole body, of operations that carry JSON. */
    Buffer body() {
        return body;
    }

    void body(Buffer whole) {
        body = whole;
    }

    /** The body as a stream, of operations that carry one. */
    ByteStream stream() {
        if (stream == null) {
            throw new IllegalStateException(operation.id() + " carries no stream");
        }
        return stream;
    }

    void stream(ByteStream bytes) {
        stream = bytes;
    }

    /** The answer is complete: what is left of a streamed body is read and dropped, so that the connection can go on. */
    void answered() {
        if (stream != null) {
            stream.close();
        }
    }

    /** Sends the head of a raw stream before the stream is there. */
    void announce(boolean tty) {
        onAnnounce.accept(tty);
    }

    void onAnnounce(Consumer<Boolean> head) {
        onAnnounce = head;
    }

    /** Waits for a long verb as long as the client does. */
    <T> Future<T> await(Future<Pending<T>> accepted) {
        return accepted.compose(this::outcome);
    }

    /** The outcome of a verb that is withdrawn when the client leaves. */
    <T> Future<T> outcome(Pending<T> pending) {
        onLeave(pending.withdraw());
        return pending.outcome().onComplete(ended -> onLeave(() -> {}));
    }

    /** What to do when the client hangs up before its answer is complete; at once where it has. */
    void onLeave(Runnable action) {
        synchronized (leaving) {
            if (!left) {
                onLeave = action;
                return;
            }
        }
        action.run();
    }

    /** Refuses a request whose parameter is missing. */
    String required(String parameter, String message) {
        String value = query.text(parameter);
        if (value == null) {
            throw WharfException.invalid(message);
        }
        return value;
    }

    /** The client hung up before its answer was complete. */
    void clientLeft() {
        Runnable action;
        synchronized (leaving) {
            left = true;
            action = onLeave;
        }
        action.run();
    }
}
