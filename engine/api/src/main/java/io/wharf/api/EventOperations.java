package io.wharf.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventService;
import io.wharf.streams.HandleTable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The event stream in Docker's form. */
final class EventOperations {
    private static final long NANOS = 1_000_000_000L;

    /** Since when images that are made are told of. */
    private static final int IMAGE_CREATES = 46;

    /** Since when an event says everything once. */
    private static final int WITHOUT_REPEATS = 52;

    private final EventService events;
    private final HandleTable handles;
    private final EventTexts old = new EventTexts(event -> line(event, true, false));
    private final EventTexts plain = new EventTexts(event -> line(event, false, false));
    private final EventTexts oldSequence = new EventTexts(event -> line(event, true, true));
    private final EventTexts plainSequence = new EventTexts(event -> line(event, false, true));

    EventOperations(EventService events, HandleTable handles) {
        this.events = events;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("SystemEvents", this::stream);
    }

    private Future<Reply> stream(Call call) {
        String since = call.query().text("since");
        long untilNanos = Timestamps.nanos(call.query().text("until"), 0);
        // Zero means "only what comes" to the service, and "from the beginning" to a client that sends it, or an end
        // alone.
        long sinceNanos = since == null ? Math.min(1, untilNanos) : Math.max(1, Timestamps.nanos(since, 0));
        if (untilNanos > 0 && sinceNanos > untilNanos) {
            throw WharfException.invalid("`since` time (" + since + ") cannot be after `until` time ("
                    + call.query().text("until") + ")");
        }
        return events.subscribe(new EventService.EventQuery(sinceNanos, untilNanos, -1, call.filters()))
                .map(handle -> lines(ShownEvents.of(handles.take(handle), call, true), call));
    }

    private static byte[] line(Event event, boolean repeated, boolean separated) {
        Buffer line = Buffer.buffer();
        if (separated) {
            line.appendByte(JsonStreams.SEPARATOR);
        }
        return line.appendBytes(Json.writeBytes(Message.of(event, repeated)))
                .appendString("\n")
                .getBytes();
    }

    private Reply lines(Flowable<Event> events, Call call) {
        ApiVersion version = call.version();
        Flowable<Event> shown = version.atLeast(IMAGE_CREATES)
                ? events
                : events.filter(event ->
                        !event.type().equals("image") || !event.action().equals("create"));
        boolean repeated = !version.atLeast(WITHOUT_REPEATS);
        String type = JsonStreams.accepted(call.header("Accept"), repeated ? Reply.JSON : JsonStreams.LINES);
        boolean sequence = type.equals(JsonStreams.SEQUENCE);
        EventTexts texts = repeated ? (sequence ? oldSequence : old) : (sequence ? plainSequence : plain);
        return new Reply.EventLines(shown, new EventForm.Docker(type, texts));
    }

    /** An event as Docker writes it; the first three repeat others for versions before 1.52. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Message(
            @JsonProperty("status") @Nullable String status,
            @JsonProperty("id") @Nullable String id,
            @JsonProperty("from") @Nullable String from,
            @JsonProperty("Type") String type,
            @JsonProperty("Action") String action,
            @JsonProperty("Actor") Actor actor,
            @JsonProperty("scope") String scope,
            @JsonProperty("time") long time,
            @JsonProperty("timeNano") long timeNano) {
        static Message of(Event event, boolean repeated) {
            boolean container = repeated && event.type().equals("container");
            boolean legacy = container || (repeated && event.type().equals("image"));
            return new Message(
                    legacy ? event.action() : null,
                    legacy ? event.actorId() : null,
                    container ? event.attributes().get("image") : null,
                    event.type(),
                    event.action(),
                    new Actor(event.actorId(), event.attributes()),
                    "local",
                    event.timeNanos() / NANOS,
                    event.timeNanos());
        }
    }

    /** What an event is about. */
    private record Actor(@JsonProperty("ID") String id, Map<String, String> attributes) {}
}
