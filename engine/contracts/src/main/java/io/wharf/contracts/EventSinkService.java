package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What brings events to others by itself; answers with nothing where none is configured. */
public interface EventSinkService {
    /** How each sink stands, by name. */
    Future<List<SinkState>> sinks();

    /** Opens files anew, and reads secrets and certificates again; nothing is lost or repeated by it. */
    Future<Void> reopen();

    /**
     * How a sink stands.
     *
     * @param cursor sequence number up to which everything was delivered, or not wanted; kept on disk
     * @param lag events of the journal behind that, wanted or not
     * @param state {@code idle}, {@code delivering} or {@code waiting} (after a failure)
     * @param delivered events since the engine's start
     * @param lost events since the engine's start that were trimmed away before they could be delivered
     * @param failures attempts since the engine's start that failed
     * @param lastError why the last failed, or null where none did since the last success
     * @param lastErrorAt RFC 3339
     * @param retryAt when it is tried again, RFC 3339
     */
    record SinkState(
            String name,
            String type,
            String target,
            long cursor,
            long lag,
            String state,
            long delivered,
            long lost,
            long failures,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String lastError,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String lastErrorAt,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String retryAt) {}
}
