package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.wharf.base.WharfException;

/** A transport protocol whose ports can be published. */
enum Protocol {
    TCP,
    UDP;

    /** Reads the part of {@code 80/tcp} behind the slash. */
    @JsonCreator
    static Protocol parse(String text) {
        return switch (text) {
            case "tcp", "TCP" -> TCP;
            case "udp", "UDP" -> UDP;
            case "sctp", "SCTP" -> throw WharfException.notImplemented("publishing SCTP ports is not supported yet");
            default -> throw WharfException.invalid("invalid proto: " + text);
        };
    }

    @Override
    @JsonValue
    public String toString() {
        return this == TCP ? "tcp" : "udp";
    }
}
