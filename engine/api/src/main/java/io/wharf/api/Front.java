package io.wharf.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.net.RFC3986;
import io.wharf.api.doors.Caller;
import io.wharf.base.Metrics;
import io.wharf.base.WharfException;
import io.wharf.openapi.Operation;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes requests: finds the operation, reads the body as the contract tells, asks the handler, has the answer written. */
final class Front {
    static final int LONGEST_BODY = 4 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Front.class);
    private static final Pattern VERSIONED = Pattern.compile("/v([0-9.]+)(/.*)");

    private static final Metrics.Family<Metrics.Durations> REQUESTS = Metrics.durations(
            "wharf_request_seconds", "Requests, until the head of the answer.", "operation", "status");

    private final Router router;
    private final Handlers handlers;
    private final Guard guard;
    private final Map<String, String> headers;
    private final DateHeader date = new DateHeader();
    private final Context context;
    private final WholeBodies bodies = new WholeBodies(LONGEST_BODY);

    Front(Router router, Handlers handlers, Guard guard, String engineVersion, boolean experimental, Context context) {
        this.router = router;
        this.handlers = handlers;
        this.guard = guard;
        this.context = context;
        headers = Map.of(
                "Api-Version",
                ApiVersion.NEWEST.toString(),
                "Docker-Experimental",
                String.valueOf(experimental),
                "Ostype",
                "linux",
                "Server",
                "Wharf/" + engineVersion + " (linux)");
    }

    void handle(HttpServerRequest request, Caller caller) {
        HttpServerResponse response = request.response();
        headers.forEach(response::putHeader);
        response.putHeader("Date", date.now());
        // Without the query, which has arguments of builds, filters and other things that are nobody's who reads the
        // log.
        LOG.debug("{} {}", request.method(), request.path());
        Call call;
        try {
            call = route(request, caller);
        } catch (RuntimeException e) {
            WriteReply.failure(request, WharfException.of(e));
            return;
        }
        if (call == null) {
            return;
        }
        String operation = call.operation().id();
        long begun = System.nanoTime();
        response.headersEndHandler(head -> REQUESTS.of(operation, Integer.toString(response.getStatusCode()))
                .record(System.nanoTime() - begun));
        response.closeHandler(closed -> {
            if (!response.ended()) {
                call.clientLeft();
            }
        });
        if (caller.role().permits(call.operation().role())) {
            take(call, request);
        } else {
            WharfException refusal = Refusals.role(call.operation(), caller.role());
            guard.refused(call, refusal);
            WriteReply.failure(request, refusal);
        }
    }

    /** The call of a request; null where that has been answered already. */
    private @Nullable Call route(HttpServerRequest request, Caller caller) {
        String path = decoded(request.path());
        ApiVersion version = ApiVersion.NEWEST;
        String asked = "";
        Matcher versioned = VERSIONED.matcher(path);
        if (versioned.matches()) {
            asked = versioned.group(1);
            version = ApiVersion.parse(asked);
            path = versioned.group(2);
        }
        boolean options = request.method().equals(HttpMethod.OPTIONS);
        Router.Match match = options ? null : router.match(request.method().name(), path);
        if (!options && match == null) {
            throw Refusals.pageNotFound();
        }
        try {
            version.checked(asked);
        } catch (WharfException e) {
            if (!version.wantsPlainErrors()) {
                throw e;
            }
            WriteReply.plainFailure(request, e);
            return null;
        }
        if (match == null) {
            // Every path takes it, those included that there are not.
            request.response().putHeader("Content-Length", "0").end();
            return null;
        }
        Since.check(match.operation(), version);
        return new Call(request, match, version, caller);
    }

    private static String decoded(@Nullable String path) {
        if (path == null || path.indexOf('%') < 0) {
            return path == null ? "" : path;
        }
        try {
            return RFC3986.decodeURIComponent(path, false);
        } catch (IllegalArgumentException e) {
            throw WharfException.invalid("invalid path: " + e.getMessage());
        }
    }

    private void take(Call call, HttpServerRequest request) {
        Operation operation = call.operation();
        if (operation.availability() != Operation.Availability.SERVED) {
            dispatch(call);
        } else if (operation.answer() == Operation.Answer.HIJACK) {
            bodies.read(request, body -> {
                call.body(body);
                // From here on the connection is ours: the HTTP machinery is gone before the next byte is read.
                dispatch(call, Upgrade.take(request, headers));
            });
        } else {
            switch (operation.body()) {
                case NONE -> {
                    if (WebSocketStreams.isHeld(call)) {
                        // Only a request that has not been read to its end can be upgraded, and who must be asked
                        // before the handler may take a while.
                        request.pause();
                    }
                    dispatch(call);
                }
                case JSON ->
                    bodies.read(request, body -> {
                        call.body(body);
                        dispatch(call);
                    });
                case STREAM -> {
                    call.stream(RequestBytes.take(request, context));
                    dispatch(call);
                }
            }
        }
    }

    private void dispatch(Call call) {
        guard.around(call, this::answer).onComplete(reply -> write(call, reply), failure -> failed(call, failure));
    }

    private static void write(Call call, Reply reply) {
        try {
            if (!(reply instanceof Reply.WebSocket || reply instanceof Reply.SocketEvents)) {
                release(call);
            }
            WriteReply.write(call, reply);
        } catch (RuntimeException e) {
            failed(call, e);
            WriteReply.discard(reply);
        }
    }

    private static void failed(Call call, Throwable failure) {
        log(call, failure);
        release(call);
        WriteReply.failure(call.request(), WharfException.of(failure));
        call.answered();
    }

    /** What was held for an upgrade is read to its end after all, so that the connection can go on. */
    private static void release(Call call) {
        if (WebSocketStreams.isHeld(call)) {
            call.request().resume();
        }
    }

    private void dispatch(Call call, Upgrade upgrade) {
        long begun = System.nanoTime();
        call.onAnnounce(tty -> {
            REQUESTS.of(call.operation().id(), "101").record(System.nanoTime() - begun);
            upgrade.announce(call, tty);
        });
        guard.around(call, this::answer).onComplete(reply -> upgrade.answer(call, reply), failure -> {
            log(call, failure);
            upgrade.refuse(WharfException.of(failure));
        });
    }

    private Future<? extends Reply> answer(Call call) {
        try {
            if (call.operation().availability() == Operation.Availability.SERVED) {
                CheckQuery.check(call.operation(), call.version(), call.query());
            }
            return handlers.handle(call);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private static void log(Call call, Throwable failure) {
        if (failure instanceof WharfException refused) {
            LOG.debug("{}: {}", call.operation().id(), refused.toString());
        } else {
            LOG.error("{} failed unexpectedly", call.operation().id(), failure);
        }
    }
}
