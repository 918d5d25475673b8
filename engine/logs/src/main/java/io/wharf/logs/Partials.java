package io.wharf.logs;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells the parts of a long line from each other, for destinations that put them together again.
 *
 * <p>A part is looked at before it is delivered and counted only after that, so one that is tried again keeps its number.
 */
final class Partials {
    /**
     * @param id the same for all parts of a line
     * @param ordinal from 1
     * @param last whether the line ends with it
     */
    record Part(String id, int ordinal, boolean last) {}

    private static final class Line {
        String id = "";
        int ordinal;
    }

    private final Line out = new Line();
    private final Line err = new Line();

    /** The message's place in its line; nothing for a line that is whole. */
    Optional<Part> part(LogMessage message) {
        var line = message.stderr() ? err : out;
        if (line.ordinal == 0) {
            if (!message.partial()) {
                return Optional.empty();
            }
            if (line.id.isEmpty()) {
                line.id = randomId();
            }
        }
        return Optional.of(new Part(line.id, line.ordinal + 1, !message.partial()));
    }

    void delivered(LogMessage message) {
        var line = message.stderr() ? err : out;
        if (message.partial()) {
            line.ordinal++;
        } else {
            line.ordinal = 0;
            line.id = "";
        }
    }

    /** 64 hexadecimal digits, as Docker's random ids; nothing depends on their being hard to guess. */
    static String randomId() {
        var bytes = new byte[32];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
