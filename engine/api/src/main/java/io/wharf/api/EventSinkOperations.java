package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventSinkService;
import java.util.List;

/** How the sinks of events stand. */
final class EventSinkOperations {
    private final EventSinkService sinks;

    EventSinkOperations(EventSinkService sinks) {
        this.sinks = sinks;
    }

    void register(Handlers handlers) {
        handlers.on("WharfEventSinks", this::list);
    }

    private Future<Reply> list(Call call) {
        return sinks.sinks()
                // Served only where some are configured.
                .recover(failure -> WharfException.of(failure).kind() == ErrorKind.UNAVAILABLE
                        ? Future.succeededFuture(List.of())
                        : Future.failedFuture(failure))
                .map(all -> new Reply.Json(200, all));
    }
}
