package io.wharf.api;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventService.EventQuery;
import io.wharf.streams.HandleTable;
import org.jspecify.annotations.Nullable;

/** The journal as a stream of its own form, from any place that is kept: Server-Sent Events, or a WebSocket's messages. */
final class EventStreamOperations {
    private final EventService events;
    private final HandleTable handles;
    private final EventTexts messages = new EventTexts(event -> Json.writeBytes(EventBody.of(event)));
    private final EventForm serverSent = new EventForm.ServerSent(new EventTexts(EventStreamOperations::serverSent));

    EventStreamOperations(EventService events, HandleTable handles) {
        this.events = events;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("WharfEvents", this::stream);
    }

    private Future<Reply> stream(Call call) {
        Query query = call.query();
        // What a client that comes back has seen last says more than what it asked for at first.
        String last = call.header("Last-Event-ID");
        long after = last == null || last.isEmpty()
                ? sequence("after", query.text("after"))
                : sequence("Last-Event-ID", last);
        EventQuery wanted = new EventQuery(
                Timestamps.nanos("since", query.text("since"), 0),
                Timestamps.nanos("until", query.text("until"), 0),
                after,
                call.filters(),
                true);
        boolean socket = WebSocketStreams.isHeld(call);
        return events.subscribe(wanted).map(handle -> {
            Flowable<Event> taken = ShownEvents.of(handles.take(handle), call, false);
            return socket ? new Reply.SocketEvents(taken, messages) : new Reply.EventLines(taken, serverSent);
        });
    }

    private static byte[] serverSent(Event event) {
        return Buffer.buffer("id: " + event.seq() + "\ndata: ")
                .appendBytes(Json.writeBytes(EventBody.of(event)))
                .appendString("\n\n")
                .getBytes();
    }

    private static long sequence(String name, @Nullable String text) {
        if (text == null) {
            return -1;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw WharfException.invalid(name + " is no sequence number of an event: " + text);
    }
}
