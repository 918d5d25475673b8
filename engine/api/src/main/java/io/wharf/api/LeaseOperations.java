package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.contracts.LeaseService;
import io.wharf.streams.HandleTable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Leases: a request that is held open holds one. */
final class LeaseOperations {
    private final LeaseService leases;
    private final HandleTable handles;

    LeaseOperations(LeaseService leases, HandleTable handles) {
        this.leases = leases;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("WharfLeases", call -> leases.list().map(all -> new Reply.Json(200, all)))
                .on("WharfLease", this::hold)
                .on("WharfLeaseEnd", call -> leases.end(call.path("id")).map(done -> Reply.Empty.NO_CONTENT));
    }

    private record LeaseBody(@Nullable Map<String, String> labels) {}

    private Future<Reply> hold(Call call) {
        String id = call.query().text("id");
        LeaseBody body = ReadBody.orNull(call, LeaseBody.class);
        Map<String, String> labels = body == null || body.labels() == null ? Map.of() : body.labels();
        return (id == null || id.isEmpty() ? leases.open(labels) : leases.hold(id))
                .map(handle -> new Reply.Lines(handles.take(handle), false, "\n"));
    }
}
