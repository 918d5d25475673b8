package io.wharf.base;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as Go writes and reads them: {@code 1m30s}, {@code 1.5s}, {@code 100ms}. All are nanoseconds. */
public final class GoDuration {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final Pattern PART = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ns|us|µs|ms|s|m|h)");

    private GoDuration() {}

    /** Empty where the text is no such length, is negative or has no unit; a bare {@code 0} is one. */
    public static OptionalLong parse(String text) {
        if (text.equals("0")) {
            return OptionalLong.of(0);
        }
        Matcher part = PART.matcher(text);
        BigDecimal nanos = BigDecimal.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit(part.group(2)))));
            end = part.end();
        }
        if (end == 0 || end != text.length() || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(nanos.longValue());
    }

    private static long unit(String name) {
        return switch (name) {
            case "ns" -> 1;
            case "us", "µs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> SECOND;
            case "m" -> MINUTE;
            default -> HOUR;
        };
    }

    /** The text of a length that is not negative: hours, minutes and seconds, or a smaller unit below one second. */
    public static String write(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        if (nanos < 1_000) {
            return nanos + "ns";
        }
        if (nanos < 1_000_000) {
            return decimal(nanos, 3) + "µs";
        }
        if (nanos < SECOND) {
            return decimal(nanos, 6) + "ms";
        }
        long hours = nanos / HOUR;
        long minutes = nanos % HOUR / MINUTE;
        return (hours > 0 ? hours + "h" : "") + (hours > 0 || minutes > 0 ? minutes + "m" : "")
                + decimal(nanos % MINUTE, 9) + "s";
    }

    private static String decimal(long nanos, int places) {
        BigDecimal value = BigDecimal.valueOf(nanos).movePointLeft(places).setScale(places, RoundingMode.UNNECESSARY);
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
}
