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
    // Pointer, lengths, number, time, place: 2 + 2 + 8 + 4 + 8 + 6, and a page's rest shared among its rows.
    private static final int ROW_BYTES = 50;
    // Quotes, colon and comma.
    private static final int MEMBER_BYTES = 6;

    public Event {
        attributes = Map.copyOf(attributes);
    }

    /** Bytes of its row in the journal: the texts as SQLite keeps them, and what it needs around them. */
    public int storedBytes() {
        int bytes = ROW_BYTES + utf8(type) + utf8(action) + utf8(actorId) + 2;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            bytes += utf8(attribute.getKey()) + utf8(attribute.getValue()) + MEMBER_BYTES;
        }
        return bytes;
    }

    private static int utf8(String text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // Two characters of a pair make four bytes together.
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }
}
