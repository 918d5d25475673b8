package io.wharf.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.base.Event;
import io.wharf.base.Times;
import java.util.Map;

/**
 * An event as Wharf's own streams show it.
 *
 * @param seq its place in the journal, from 1, without gaps
 * @param time RFC 3339 with nanoseconds
 * @param timeNano nanoseconds since the epoch
 * @param type kind of the object
 * @param action what happened to it
 * @param id of the object, or its name where Docker uses the name
 * @param attributes facts and labels of the object at that time
 */
record EventBody(
        @JsonProperty("seq") long seq,
        @JsonProperty("time") String time,
        @JsonProperty("timeNano") long timeNano,
        @JsonProperty("type") String type,
        @JsonProperty("action") String action,
        @JsonProperty("id") String id,
        @JsonProperty("attributes") Map<String, String> attributes) {
    static EventBody of(Event event) {
        return new EventBody(
                event.seq(),
                Times.rfc3339Nano(event.timeNanos()),
                event.timeNanos(),
                event.type(),
                event.action(),
                event.actorId(),
                event.attributes());
    }
}
