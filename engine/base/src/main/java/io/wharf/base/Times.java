package io.wharf.base;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Points in time as Go writes and reads them: RFC 3339 with up to nine decimals and no trailing zeros. */
public final class Times {
    /** What Docker shows for "never". */
    public static final String ZERO = "0001-01-01T00:00:00Z";

    private static final Pattern EPOCH = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,9})?");
    private static final Pattern DATE = Pattern.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})"
            + "(?:T([0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?)?))?(Z|[+-][0-9]{2}:[0-9]{2})?");

    private static final BigDecimal FURTHEST = BigDecimal.valueOf(Long.MAX_VALUE);

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

    /**
     * Nanoseconds since the epoch of what Docker's filters take as a point in time: a length of time back from now
     * ({@code 1h30m}), seconds since the epoch with up to nine decimals, or RFC 3339 cut off anywhere after the day and
     * with or without a zone (then the local one).
     */
    public static long pointInTime(String text, long nowNanos) {
        OptionalLong back = GoDuration.parse(text);
        if (back.isPresent() && !text.equals("0")) {
            return nowNanos - back.getAsLong();
        }
        if (EPOCH.matcher(text).matches()) {
            return new BigDecimal(text)
                    .movePointRight(9)
                    .min(FURTHEST)
                    .max(FURTHEST.negate())
                    .longValue();
        }
        Matcher date = DATE.matcher(text);
        if (!date.matches()) {
            throw WharfException.invalid("failed to parse value as time or duration: \"" + text + "\"");
        }
        String clock = date.group(2) == null ? "00" : date.group(2);
        String full = date.group(1) + "T" + clock + ":00:00".substring(Math.min(6, Math.max(0, clock.length() - 2)));
        try {
            return date.group(3) == null
                    ? nanos(LocalDateTime.parse(full)
                            .atZone(ZoneId.systemDefault())
                            .toInstant())
                    : nanos(OffsetDateTime.parse(full + date.group(3)).toInstant());
        } catch (DateTimeParseException e) {
            throw new WharfException(
                    ErrorKind.INVALID_ARGUMENT, "failed to parse value as time or duration: \"" + text + "\"", e);
        }
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
