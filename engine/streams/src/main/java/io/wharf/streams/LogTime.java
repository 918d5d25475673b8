package io.wharf.streams;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Reads and writes the times of log records, {@code 2016-10-06T00:17:09.669794202+00:00}: 35 bytes.
 *
 * <p>Neighbouring records share their minute, so that date and zone are worked out once for each.
 */
final class LogTime {
    /** With the zone, as in the file. */
    static final int BYTES = 35;
    /** Without the zone. */
    private static final int LOCAL_BYTES = 29;
    /** As far as the minute's colon. */
    private static final int MINUTE_BYTES = 17;

    private static final long SECOND = 1_000_000_000L;
    private static final DateTimeFormatter NINE_DIGITS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS");

    private final byte[] minute = new byte[MINUTE_BYTES + BYTES - LOCAL_BYTES];
    private long minuteNanos;

    /** Nanoseconds since the epoch; {@code Long.MIN_VALUE} for what is no time. */
    long nanos(byte[] from, int at) {
        if (!sameMinute(from, at) && !learnMinute(from, at)) {
            return Long.MIN_VALUE;
        }
        long seconds = digits(from, at + 17, 2);
        long fraction = digits(from, at + 20, 9);
        return seconds < 0 || fraction < 0 ? Long.MIN_VALUE : minuteNanos + seconds * SECOND + fraction;
    }

    /** Writes it as Docker does, nine digits and UTC; the bytes written. */
    int write(byte[] from, int at, byte[] into, int to) {
        if (isUtc(from, at)) {
            System.arraycopy(from, at, into, to, LOCAL_BYTES);
        } else {
            long nanos = nanos(from, at);
            var time = LocalDateTime.ofEpochSecond(
                    Math.floorDiv(nanos, SECOND), (int) Math.floorMod(nanos, SECOND), ZoneOffset.UTC);
            byte[] text = NINE_DIGITS.format(time).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, into, to, LOCAL_BYTES);
        }
        into[to + LOCAL_BYTES] = 'Z';
        return LOCAL_BYTES + 1;
    }

    private static boolean isUtc(byte[] from, int at) {
        return from[at + 30] == '0' && from[at + 31] == '0' && from[at + 33] == '0' && from[at + 34] == '0';
    }

    private boolean sameMinute(byte[] from, int at) {
        for (int i = 0; i < MINUTE_BYTES; i++) {
            if (minute[i] != from[at + i]) {
                return false;
            }
        }
        for (int i = LOCAL_BYTES; i < BYTES; i++) {
            if (minute[MINUTE_BYTES + i - LOCAL_BYTES] != from[at + i]) {
                return false;
            }
        }
        return true;
    }

    private boolean learnMinute(byte[] from, int at) {
        long year = digits(from, at, 4);
        long month = digits(from, at + 5, 2);
        long day = digits(from, at + 8, 2);
        long hour = digits(from, at + 11, 2);
        long minutes = digits(from, at + 14, 2);
        long zone = digits(from, at + 30, 2) * 60 + digits(from, at + 33, 2);
        if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || minutes < 0 || zone < 0) {
            return false;
        }
        // Day 30 of February is nobody's time, but must not stop the reading of a log.
        long days = LocalDate.of((int) year, (int) month, 1).toEpochDay() + day - 1;
        long offset = from[at + 29] == '-' ? -zone : zone;
        minuteNanos = ((days * 24 + hour) * 60 + minutes - offset) * 60 * SECOND;
        System.arraycopy(from, at, minute, 0, MINUTE_BYTES);
        System.arraycopy(from, at + LOCAL_BYTES, minute, MINUTE_BYTES, BYTES - LOCAL_BYTES);
        return true;
    }

    /** A number of so many digits, or -1000 for none. */
    private static long digits(byte[] from, int at, int count) {
        long number = 0;
        for (int i = at; i < at + count; i++) {
            int digit = from[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1000;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
