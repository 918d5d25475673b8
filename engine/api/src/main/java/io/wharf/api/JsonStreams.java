package io.wharf.api;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The names that streams of JSON values go by, and which of them a client wants. */
final class JsonStreams {
    /** A value a line: jsonlines.org, and the older name of the same. */
    static final String LINES = "application/jsonl";

    static final String NEWLINES = "application/x-ndjson";

    /** Each value behind a record separator (RFC 7464). */
    static final String SEQUENCE = "application/json-seq";

    /** What it is. */
    static final byte SEPARATOR = 0x1e;

    private static final List<String> KNOWN = List.of(LINES, NEWLINES, SEQUENCE);

    private JsonStreams() {}

    /** The first of the client's wishes that can be met, by their weights; wildcards wish for nothing. */
    static String accepted(@Nullable String accept, String otherwise) {
        if (accept == null) {
            return otherwise;
        }
        String best = otherwise;
        double weight = 0;
        for (String wish : accept.toLowerCase(Locale.ROOT).split(",")) {
            String[] parts = wish.split(";");
            String type = parts[0].strip();
            double quality = quality(parts);
            if (quality > weight && KNOWN.contains(type)) {
                best = type;
                weight = quality;
            }
        }
        return best;
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].strip();
            if (part.startsWith("q=")) {
                try {
                    return Double.parseDouble(part.substring(2));
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
