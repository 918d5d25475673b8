package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.ExecService.ExecConfig;
import io.wharf.contracts.ExecService.ExecStart;
import io.wharf.openapi.Role;
import io.wharf.streams.HandleTable;
import java.util.List;
import java.util.Map;

/** Further processes in running containers. */
final class ExecOperations {
    /** Since when a terminal has a size from its beginning. */
    private static final int CONSOLE_SIZES = 42;

    private static final ExecStart ATTACHED = new ExecStart(false, false, List.of());

    private final ExecService execs;
    private final HandleTable handles;

    ExecOperations(ExecService execs, HandleTable handles) {
        this.execs = execs;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("ContainerExec", this::create)
                .on("ExecStart", this::start)
                .on("ExecResize", this::resize)
                .on("ExecInspect", call -> execs.inspect(call.path("id")).map(detail -> new Reply.Json(200, detail)));
    }

    private Future<Reply> create(Call call) {
        ExecConfig config = ReadBody.orNull(call, ExecConfig.class);
        if (config == null || config.cmd().isEmpty()) {
            throw WharfException.invalid("No exec command specified");
        }
        if (config.privileged() && call.caller().role() != Role.ADMIN) {
            throw Refusals.privileged(call.caller().role());
        }
        return execs.create(call.path("id"), call.version().atLeast(CONSOLE_SIZES) ? config : config.withoutSize())
                .map(id -> new Reply.Json(201, Map.of("Id", id)));
    }

    private Future<Reply> start(Call call) {
        ExecStart given = ReadBody.orNull(call, ExecStart.class);
        boolean sized = call.version().atLeast(CONSOLE_SIZES);
        ExecStart options =
                given == null ? ATTACHED : sized ? given : new ExecStart(given.detach(), given.tty(), List.of());
        String id = call.path("id");
        if (options.detach()) {
            return execs.startDetached(id, options).map(done -> Reply.Empty.OK);
        }
        return execs.ready(id).compose(ready -> {
            // Before the process is there: some clients read the head through a buffer, and lose what comes along with
            // it.
            call.announce(options.tty());
            return execs.start(id, options)
                    .<Reply>map(attached -> new Reply.Raw(handles.take(attached.streams()), attached.tty()))
                    .otherwise(failure -> told(failure, options.tty()));
        });
    }

    /** A failure of the start itself is told in the stream, as Docker does: the client then asks for the exit code. */
    private static Reply told(Throwable failure, boolean tty) {
        return new Reply.RawFailure(String.valueOf(WharfException.of(failure).getMessage()), tty);
    }

    private Future<Reply> resize(Call call) {
        return execs.resize(
                        call.path("id"),
                        call.query().number("h", 0),
                        call.query().number("w", 0))
                .map(done -> Reply.Empty.OK);
    }
}
