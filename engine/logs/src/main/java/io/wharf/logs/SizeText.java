package io.wharf.logs;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sizes and truth values as Docker's options spell them. */
final class SizeText {
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+) ?(?i:([kmgtp])?(i?b)?)");
    private static final String UNITS = "kmgtp";
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

    private SizeText() {}

    /** Bytes of {@code 10m} and the like, powers of 1000; -1 for what is no size. */
    static long decimal(String text) {
        return bytes(text, 1000);
    }

    /** The same in powers of 1024. */
    static long binary(String text) {
        return bytes(text, 1024);
    }

    private static long bytes(String text, long base) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            return -1;
        }
        double bytes = Double.parseDouble(matcher.group(1));
        String unit = matcher.group(2);
        if (unit != null) {
            int power = UNITS.indexOf(Character.toLowerCase(unit.charAt(0))) + 1;
            bytes *= Math.pow((double) base, power);
        }
        return (long) bytes;
    }

    /** As Go reads a truth value; null for what is none. */
    static @Nullable Boolean bool(String text) {
        return TRUE.contains(text) ? Boolean.TRUE : FALSE.contains(text) ? Boolean.FALSE : null;
    }
}
