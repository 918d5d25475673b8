package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.AttachOptions;
import io.wharf.contracts.ContainerService.LogOptions;
import io.wharf.streams.HandleTable;

/** What containers say and hear: attach, logs, terminal size. */
final class ContainerStreamOperations {
    static final String RAW = "application/vnd.docker.raw-stream";
    static final String MULTIPLEXED = "application/vnd.docker.multiplexed-stream";

    private static final String CLI_AGENT = "Docker-Client/";

    private final ContainerService containers;
    private final HandleTable handles;

    ContainerStreamOperations(ContainerService containers, HandleTable handles) {
        this.containers = containers;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("ContainerAttach", this::attach)
                .on("ContainerAttachWebsocket", this::attachWebSocket)
                .on("ContainerLogs", this::logs)
                .on("ContainerResize", this::resize);
    }

    private Future<Reply> attach(Call call) {
        Query query = call.query();
        AttachOptions options = new AttachOptions(
                query.flag("logs"),
                query.flag("stream"),
                query.flag("stdin"),
                query.flag("stdout"),
                query.flag("stderr"),
                query.text("detachKeys"));
        return containers
                .attach(call.path("id"), options)
                .map(attached -> new Reply.Raw(handles.take(attached.streams()), attached.tty()));
    }

    /** Clients before 1.42 choose no streams and get all. */
    private Future<Reply> attachWebSocket(Call call) {
        Query query = call.query();
        boolean all = !call.version().atLeast(42);
        AttachOptions options = new AttachOptions(
                query.flag("logs"),
                query.flag("stream"),
                all || query.flag("stdin"),
                all || query.flag("stdout"),
                all || query.flag("stderr"),
                query.text("detachKeys"));
        WebSocketStreams.checkHeld(call);
        return containers
                .attach(call.path("id"), options)
                .map(attached -> new Reply.WebSocket(handles.take(attached.streams()), attached.tty()));
    }

    private Future<Reply> logs(Call call) {
        Query query = call.query();
        LogOptions options = new LogOptions(
                query.flag("follow"),
                query.flag("stdout"),
                query.flag("stderr"),
                query.flag("timestamps"),
                query.flag("details"),
                Timestamps.nanos("since", query.text("since"), 0),
                Timestamps.nanos("until", query.text("until"), 0),
                tail(query.text("tail", "all")),
                !isDockerCli(call));
        if (!options.stdout() && !options.stderr()) {
            throw WharfException.invalid("Bad parameters: you must choose at least one stream");
        }
        return containers
                .logs(call.path("id"), options)
                .map(log -> new Reply.Bytes(
                        !log.tty() && call.version().atLeast(42) ? MULTIPLEXED : RAW, handles.take(log.bytes())));
    }

    /**
     * Whether the client is known to take frames as they come. Others were written against an engine that sends a frame
     * for each line, and some take a frame for a line.
     */
    private static boolean isDockerCli(Call call) {
        String agent = call.header("User-Agent");
        return agent != null && agent.startsWith(CLI_AGENT);
    }

    // Docker takes what is no number for all lines.
    private static long tail(String text) {
        try {
            return Math.max(-1, Long.parseLong(text));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private Future<Reply> resize(Call call) {
        return containers
                .resize(
                        call.path("id"),
                        call.query().number("h", 0),
                        call.query().number("w", 0))
                .map(done -> Reply.Empty.OK);
    }
}
