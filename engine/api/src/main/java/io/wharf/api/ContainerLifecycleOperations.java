package io.wharf.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.Exit;
import io.wharf.contracts.ContainerService.StopOptions;
import io.wharf.contracts.ContainerService.WaitCondition;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What containers do: start, stop, restart, kill, pause, wait. */
final class ContainerLifecycleOperations {
    private static final int SHORTEST_BODY = 7;

    private final ContainerService containers;

    ContainerLifecycleOperations(ContainerService containers) {
        this.containers = containers;
    }

    void register(Handlers handlers) {
        handlers.on("ContainerStart", this::start)
                .on("ContainerStop", this::stop)
                .on("ContainerRestart", this::restart)
                .on("ContainerKill", this::kill)
                .on("ContainerPause", call -> containers.pause(call.path("id")).map(done -> Reply.Empty.NO_CONTENT))
                .on(
                        "ContainerUnpause",
                        call -> containers.unpause(call.path("id")).map(done -> Reply.Empty.NO_CONTENT))
                .on("ContainerWait", this::await)
                .on("CheckpointList", this::checkpoint)
                .on("CheckpointCreate", this::checkpoint)
                .on("CheckpointDelete", this::checkpoint);
    }

    private Future<Reply> checkpoint(Call call) {
        return containers.checkpoint(call.path("id")).map(done -> Reply.Empty.NO_CONTENT);
    }

    private Future<Reply> start(Call call) {
        // What a client sends here would be lost unnoticed; but some send a null or an empty object.
        if (call.hasBodyAbove(SHORTEST_BODY)) {
            throw WharfException.invalid("starting container with non-empty request body was deprecated since API v1.22"
                    + " and removed in v1.24");
        }
        if (call.query().text("checkpoint") != null) {
            throw WharfException.invalid("checkpoint is only supported in experimental mode");
        }
        return containers
                .start(call.path("id"), call.query().text("detachKeys"))
                .map(done -> Reply.Empty.NO_CONTENT);
    }

    private Future<Reply> stop(Call call) {
        return call.await(containers.stop(call.path("id"), stopOptions(call))).map(done -> Reply.Empty.NO_CONTENT);
    }

    private Future<Reply> restart(Call call) {
        String name = call.path("id");
        return call.await(containers.restart(name, stopOptions(call)))
                .recover(failure -> prefixed("Cannot restart container " + name + ": ", failure, false))
                .map(done -> Reply.Empty.NO_CONTENT);
    }

    private static StopOptions stopOptions(Call call) {
        // Clients before 1.42 know no signal here.
        String signal = call.version().atLeast(42) ? call.query().text("signal") : null;
        return new StopOptions(signal, call.query().number("t"));
    }

    private Future<Reply> kill(Call call) {
        String name = call.path("id");
        return containers.kill(name, call.query().text("signal")).map(done -> Reply.Empty.NO_CONTENT);
    }

    /** The failure with the words before it that Docker's have: either for unknown containers alone, or for all others. */
    private static <T> Future<T> prefixed(String prefix, Throwable failure, boolean unknown) {
        WharfException known = WharfException.of(failure);
        return Future.failedFuture(
                (known.kind() == ErrorKind.NOT_FOUND) == unknown
                        ? new WharfException(known.kind(), prefix + known.getMessage(), known.getCause())
                        : known);
    }

    /** Answers with the head as soon as the wait is registered: a client starts the container only then. */
    private Future<Reply> await(Call call) {
        if (!call.version().atLeast(30)) {
            // Its clients take the head for the end.
            return containers
                    .waitFor(call.path("id"), WaitCondition.NOT_RUNNING)
                    .compose(call::outcome)
                    .map(exit -> new Reply.Json(200, Ended.of(exit)));
        }
        WaitCondition condition = condition(call);
        if (condition == WaitCondition.REMOVED && !call.version().atLeast(34)) {
            // Those know no word for a removal that failed, but take an answer without a body for a failure.
            return containers
                    .waitFor(call.path("id"), condition)
                    .map(pending -> new Reply.Promised(call.outcome(pending).map(Ended::of)));
        }
        return containers
                .waitFor(call.path("id"), condition)
                .map(pending -> new Reply.Promised(call.outcome(pending)
                        .map(Ended::of)
                        .otherwise(failure -> new Ended(
                                -1,
                                Map.of(
                                        "Message",
                                        String.valueOf(
                                                WharfException.of(failure).getMessage()))))));
    }

    private static WaitCondition condition(Call call) {
        String wanted = call.query().text("condition", "not-running");
        return switch (wanted) {
            case "not-running" -> WaitCondition.NOT_RUNNING;
            case "next-exit" -> WaitCondition.NEXT_EXIT;
            case "removed" -> WaitCondition.REMOVED;
            default -> throw WharfException.invalid("invalid condition: \"" + wanted + "\"");
        };
    }

    /** The end of a wait. */
    private record Ended(
            @JsonProperty("StatusCode") int statusCode,

            @JsonProperty("Error") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Map<String, String> error) {
        static Ended of(Exit exit) {
            String error = exit.error();
            return new Ended(exit.statusCode(), error == null || error.isEmpty() ? null : Map.of("Message", error));
        }
    }
}
