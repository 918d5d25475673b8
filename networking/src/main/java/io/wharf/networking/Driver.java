package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * How a network is made.
 *
 * @param word Docker's, or the name of the plugin that makes it
 */
record Driver(Kind kind, String word) {
    static final Driver BRIDGE = new Driver(Kind.BRIDGE, "bridge");
    static final Driver HOST = new Driver(Kind.HOST, "host");
    static final Driver NONE = new Driver(Kind.NONE, "null");
    static final Driver MACVLAN = new Driver(Kind.MACVLAN, "macvlan");
    static final Driver IPVLAN = new Driver(Kind.IPVLAN, "ipvlan");

    /** Words of the engine's own, as {@code docker info} lists them. */
    static final List<String> OWN = List.of("bridge", "host", "ipvlan", "macvlan", "null");

    enum Kind {
        BRIDGE,
        HOST,
        NONE,
        MACVLAN,
        IPVLAN,
        /** Made by a program outside of the engine. */
        REMOTE
    }

    /** The driver that a word means; none of the engine's own is a plugin's, whether that is there or not. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Driver of(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "bridge" -> BRIDGE;
            case "host" -> HOST;
            case "null" -> NONE;
            case "macvlan" -> MACVLAN;
            case "ipvlan" -> IPVLAN;
            default -> new Driver(Kind.REMOTE, word);
        };
    }

    /** Docker's word. */
    @Override
    @JsonValue
    public String toString() {
        return word;
    }
}
