package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.contracts.LeaseService;
import io.wharf.streams.HandleTable;
import java.util.LinkedHashMap;
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

    private record LeaseBody(@Nullable Map<String, @Nullable String> labels) {
        /** A null is an empty text, as Go reads it. */
        Map<String, String> texts() {
            Map<String, String> texts = new LinkedHashMap<>();
            if (labels != null) {
                labels.forEach((name, value) -> texts.put(name, value == null ? "" : value));
            }
            return texts;
        }
    }

    private Future<Reply> hold(Call call) {
        String id = call.query().text("id");
        LeaseBody body = ReadBody.orNull(call, LeaseBody.class);
        Map<String, String> labels = body == null ? Map.of() : body.texts();
        return (id == null || id.isEmpty() ? leases.open(labels) : leases.hold(id))
                .map(handle -> new Reply.Lines(handles.take(handle), false, "\n"));
    }
}
