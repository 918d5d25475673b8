package io.wharf.events.sinks;

import io.wharf.base.Event;
import io.wharf.base.Times;
import java.util.Map;

/** Tells a sink of events that were trimmed away before it could have them, in the form of an event. */
final class Gap {
    static final String TYPE = "sink";
    static final String ACTION = "gap";

    private Gap() {}

    /** Stands in the place of the last event that is missing, so that it is in order and its number is nobody else's. */
    static Event of(String sink, long first, long last) {
        return new Event(
                last,
                Times.nowNanos(),
                TYPE,
                ACTION,
                sink,
                Map.of("first", "" + first, "last", "" + last, "events", "" + (last - first + 1)));
    }

    static boolean is(Event event) {
        return event.type().equals(TYPE) && event.action().equals(ACTION);
    }
}
