package io.wharf.networking.ports;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.wharf.base.WharfException;
import java.util.Locale;

/** A transport protocol whose ports can be published. */
public enum Protocol {
    TCP,
    UDP,
    SCTP;

    /** Reads the part of {@code 80/tcp} behind the slash. */
    @JsonCreator
    public static Protocol parse(String text) {
        return switch (text) {
            case "tcp", "TCP" -> TCP;
            case "udp", "UDP" -> UDP;
            case "sctp", "SCTP" -> SCTP;
            default -> throw WharfException.invalid("invalid proto: " + text);
        };
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
