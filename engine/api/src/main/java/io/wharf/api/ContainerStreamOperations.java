package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.AttachOptions;
import io.wharf.contracts.ContainerService.LogOptions;
import io.wharf.streams.HandleTable;
import org.jspecify.annotations.Nullable;

/** What containers say and hear: attach, logs, terminal size. */
final class ContainerStreamOperations {
    static final String RAW = "application/vnd.docker.raw-stream";
    static final String MULTIPLEXED = "application/vnd.docker.multiplexed-stream";

    /** From 1.54 on. */
    private static final int JSON_LOGS = 54;

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
        String json = jsonForm(call);
        LogOptions options = new LogOptions(
                query.flag("follow"),
                query.flag("stdout"),
                query.flag("stderr"),
                json != null || query.flag("timestamps"),
                query.flag("details"),
                Timestamps.nanos("since", query.text("since"), 0),
                Timestamps.nanos("until", query.text("until"), 0),
                tail(query.text("tail", "all")),
                json != null || !isDockerCli(call),
                json != null);
        if (!options.stdout() && !options.stderr()) {
            throw WharfException.invalid("Bad parameters: you must choose at least one stream");
        }
        return containers.logs(call.path("id"), options).map(log -> {
            ByteStream bytes = handles.take(log.bytes());
            return json == null
                    ? new Reply.Bytes(!log.tty() && call.version().atLeast(42) ? MULTIPLEXED : RAW, bytes)
                    : new Reply.Bytes(
                            json,
                            new LogStream(bytes, new LogLines(options.details(), json.equals(JsonStreams.SEQUENCE))));
        });
    }

    /** The type of the JSON that is wished for, by the query or by what is accepted; null for frames. */
    private static @Nullable String jsonForm(Call call) {
        if (!call.version().atLeast(JSON_LOGS)) {
            return null;
        }
        String accept = call.header("Accept");
        String wish = JsonStreams.accepted(accept, "");
        if (!wish.isEmpty()) {
            return wish;
        }
        if (call.query().text("format", "").isEmpty()) {
            return null;
        }
        // Whoever takes anything gets the newer name, whoever says nothing the older one, as from Docker.
        return accept != null && (accept.contains("*/*") || accept.contains("application/*"))
                ? JsonStreams.LINES
                : JsonStreams.NEWLINES;
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
