package io.wharf.api;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The time of an answer as RFC 9110 writes it, put into words once a second. */
final class DateHeader {
    private static final long MILLIS = 1000;

    private record Second(long number, String text) {}

    private volatile Second last = new Second(-1, "");

    String now() {
        long number = System.currentTimeMillis() / MILLIS;
        Second known = last;
        if (known.number != number) {
            known = new Second(
                    number,
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            Instant.ofEpochSecond(number).atOffset(ZoneOffset.UTC)));
            last = known;
        }
        return known.text;
    }
}
