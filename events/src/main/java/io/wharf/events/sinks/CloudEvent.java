package io.wharf.events.sinks;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.base.Event;
import io.wharf.base.Times;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An event in the JSON format of CloudEvents 1.0.
 *
 * @param id the engine's id and the event's number: the same for each attempt, and for no other event
 * @param source the engine
 * @param type {@code io.wharf.TYPE.ACTION}, without the details that an action may carry
 * @param subject the object's id, or its name where Docker uses the name; left out where there is none, for it must not be empty
 * @param time RFC 3339 with nanoseconds
 * @param seq extension: the number in the journal, without gaps
 * @param data the event as Docker writes it
 */
record CloudEvent(
        @JsonProperty("specversion") String version,
        @JsonProperty("id") String id,
        @JsonProperty("source") String source,
        @JsonProperty("type") String type,

        @JsonProperty("subject") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String subject,

        @JsonProperty("time") String time,
        @JsonProperty("datacontenttype") String contentType,
        @JsonProperty("wharfseq") String seq,
        @JsonProperty("data") Data data) {
    /** Of one; batches are JSON arrays of such. */
    static final String SINGLE = "application/cloudevents+json";

    static final String BATCH = "application/cloudevents-batch+json";

    private static final long NANOS = 1_000_000_000L;

    static CloudEvent of(Event event, String engineId) {
        return new CloudEvent(
                "1.0",
                engineId + "-" + event.seq(),
                "urn:wharf:engine:" + engineId,
                "io.wharf." + event.type() + "." + plain(event.action()),
                event.actorId(),
                Times.rfc3339Nano(event.timeNanos()),
                "application/json",
                Long.toString(event.seq()),
                new Data(
                        event.type(),
                        event.action(),
                        new Actor(event.actorId(), new TreeMap<>(event.attributes())),
                        "local",
                        event.timeNanos() / NANOS,
                        event.timeNanos()));
    }

    /** {@code exec_create: ls -l} is of the type {@code exec_create}. */
    private static String plain(String action) {
        int colon = action.indexOf(':');
        return (colon < 0 ? action : action.substring(0, colon)).toLowerCase(Locale.ROOT);
    }

    /** What {@code docker events --format json} shows. */
    record Data(
            @JsonProperty("Type") String type,
            @JsonProperty("Action") String action,
            @JsonProperty("Actor") Actor actor,
            @JsonProperty("scope") String scope,
            @JsonProperty("time") long time,
            @JsonProperty("timeNano") long timeNano) {}

    /** What the event is about. */
    record Actor(
            @JsonProperty("ID") String id,
            @JsonProperty("Attributes") Map<String, String> attributes) {}
}
