package io.wharf.logs;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Reads and writes the times of log records: {@code 2016-10-06T00:17:09.669794202+00:00} in the spool, always 35 bytes,
 * {@code 2016-10-06T00:17:09.66Z} in {@code json-file}, without the zeros at the end.
 *
 * <p>Neighbouring records share their minute, so that date and zone are worked out once for each.
 */
final class LogTime {
    /** In the spool. */
    static final int BYTES = 35;
    /** Nine digits and a Z, as clients read it. */
    static final int UTC_BYTES = 30;

    private static final int FRACTION_AT = 20;
    private static final int DIGITS = 9;
    /** As far as the minute's colon. */
    private static final int MINUTE_BYTES = 17;

    private static final int ZONE_BYTES = 6;
    private static final long SECOND = 1_000_000_000L;
    private static final DateTimeFormatter NINE_DIGITS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS");

    private final byte[] minute = new byte[MINUTE_BYTES + ZONE_BYTES];
    private long minuteNanos;
    private int zoneAt;

    /** Nanoseconds since the epoch; {@code Long.MIN_VALUE} for what is no time. */
    long nanos(byte[] from, int at) {
        long fraction = fraction(from, at);
        boolean utc = from[zoneAt] == 'Z';
        if (!sameMinute(from, at, utc) && !learnMinute(from, at, utc)) {
            return Long.MIN_VALUE;
        }
        long seconds = digits(from, at + MINUTE_BYTES, 2);
        return seconds < 0 || fraction < 0 ? Long.MIN_VALUE : minuteNanos + seconds * SECOND + fraction;
    }

    /** Reads as many digits as there are and finds the zone behind them. */
    private long fraction(byte[] from, int at) {
        int i = at + FRACTION_AT - 1;
        long fraction = 0;
        int count = 0;
        if (from[i] == '.') {
            for (i++; count < DIGITS && from[i] >= '0' && from[i] <= '9'; i++) {
                fraction = fraction * 10 + from[i] - '0';
                count++;
            }
        }
        zoneAt = i;
        for (; count < DIGITS; count++) {
            fraction *= 10;
        }
        return fraction;
    }

    /** Writes it as clients read it, nine digits and UTC; the bytes written. */
    int write(byte[] from, int at, byte[] into, int to) {
        int fractionEnd = digitsEnd(from, at);
        if (isUtc(from, fractionEnd)) {
            int length = Math.min(fractionEnd - at, UTC_BYTES - 1);
            System.arraycopy(from, at, into, to, length);
            if (length < FRACTION_AT) {
                into[to + length++] = '.';
            }
            while (length < UTC_BYTES - 1) {
                into[to + length++] = '0';
            }
        } else {
            System.arraycopy(utc(nanos(from, at)), 0, into, to, UTC_BYTES - 1);
        }
        into[to + UTC_BYTES - 1] = 'Z';
        return UTC_BYTES;
    }

    /** Writes it as {@code json-file} has it, without zeros at the end; the bytes written. */
    int writeShort(byte[] from, int at, byte[] into, int to) {
        int length = write(from, at, into, to) - 1;
        while (into[to + length - 1] == '0') {
            length--;
        }
        if (into[to + length - 1] == '.') {
            length--;
        }
        into[to + length] = 'Z';
        return length + 1;
    }

    private static int digitsEnd(byte[] from, int at) {
        int i = at + FRACTION_AT - 1;
        if (from[i] == '.') {
            i++;
            while (from[i] >= '0' && from[i] <= '9') {
                i++;
            }
        }
        return i;
    }

    private static byte[] utc(long nanos) {
        var time = LocalDateTime.ofEpochSecond(
                Math.floorDiv(nanos, SECOND), (int) Math.floorMod(nanos, SECOND), ZoneOffset.UTC);
        return NINE_DIGITS.format(time).getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean isUtc(byte[] from, int zone) {
        return from[zone] == 'Z'
                || (from[zone + 1] == '0' && from[zone + 2] == '0' && from[zone + 4] == '0' && from[zone + 5] == '0');
    }

    private boolean sameMinute(byte[] from, int at, boolean utc) {
        for (int i = 0; i < MINUTE_BYTES; i++) {
            if (minute[i] != from[at + i]) {
                return false;
            }
        }
        if (utc) {
            return minute[MINUTE_BYTES] == 'Z';
        }
        for (int i = 0; i < ZONE_BYTES; i++) {
            if (minute[MINUTE_BYTES + i] != from[zoneAt + i]) {
                return false;
            }
        }
        return true;
    }

    private boolean learnMinute(byte[] from, int at, boolean utc) {
        long year = digits(from, at, 4);
        long month = digits(from, at + 5, 2);
        long day = digits(from, at + 8, 2);
        long hour = digits(from, at + 11, 2);
        long minutes = digits(from, at + 14, 2);
        long zone = utc ? 0 : digits(from, zoneAt + 1, 2) * 60 + digits(from, zoneAt + 4, 2);
        if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || minutes < 0 || zone < 0) {
            return false;
        }
        // Day 30 of February is nobody's time, but must not stop the reading of a log.
        long days = LocalDate.of((int) year, (int) month, 1).toEpochDay() + day - 1;
        long offset = from[zoneAt] == '-' ? -zone : zone;
        minuteNanos = ((days * 24 + hour) * 60 + minutes - offset) * 60 * SECOND;
        System.arraycopy(from, at, minute, 0, MINUTE_BYTES);
        if (utc) {
            minute[MINUTE_BYTES] = 'Z';
        } else {
            System.arraycopy(from, zoneAt, minute, MINUTE_BYTES, ZONE_BYTES);
        }
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
