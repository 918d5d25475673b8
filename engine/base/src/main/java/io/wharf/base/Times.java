package io.wharf.base;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** Points in time as Go writes and reads them: RFC 3339 with up to nine decimals and no trailing zeros. */
public final class Times {
    /** What Docker shows for "never". */
    public static final String ZERO = "0001-01-01T00:00:00Z";

    private Times() {}

    public static String rfc3339Nano(long nanosSinceEpoch) {
        return rfc3339Nano(Instant.ofEpochSecond(
                Math.floorDiv(nanosSinceEpoch, 1_000_000_000L), Math.floorMod(nanosSinceEpoch, 1_000_000_000L)));
    }

    public static String rfc3339Nano(Instant instant) {
        StringBuilder text = new StringBuilder(30)
                .append(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss")
                        .withZone(ZoneOffset.UTC)
                        .format(instant));
        int fraction = (int) Math.floorMod(nanos(instant), 1_000_000_000L);
        if (fraction != 0) {
            String nanos = String.format("%09d", fraction);
            int end = nanos.length();
            while (nanos.charAt(end - 1) == '0') {
                end--;
            }
            text.append('.').append(nanos, 0, end);
        }
        return text.append('Z').toString();
    }

    public static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    public static long nowNanos() {
        return nanos(Instant.now());
    }

    /** Nanoseconds since the epoch of an RFC 3339 time. */
    public static long parse(String text) {
        try {
            return nanos(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            throw new WharfException(ErrorKind.INVALID_ARGUMENT, "invalid time: " + text, e);
        }
    }
}
