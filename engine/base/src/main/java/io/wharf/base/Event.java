package io.wharf.base;

import java.util.Map;

/**
 * One committed change, as the journal keeps it.
 *
 * @param seq position in the journal, from 1, without gaps
 * @param timeNanos nanoseconds since the epoch, strictly increasing with {@code seq}
 * @param type Docker's event type: container, image, network, volume, daemon, builder
 * @param action Docker's action: create, start, die, …
 * @param actorId id of the object, or its name where Docker uses the name
 * @param attributes labels and facts of the object at that time
 */
public record Event(
        long seq, long timeNanos, String type, String action, String actorId, Map<String, String> attributes) {
    public Event {
        attributes = Map.copyOf(attributes);
    }
}
