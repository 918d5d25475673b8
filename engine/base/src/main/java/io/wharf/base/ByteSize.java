package io.wharf.base;

import java.util.Locale;

/** Sizes as Docker's clients write them: {@code 512}, {@code 1.5g}, {@code 64 MiB}; units are powers of 1024. */
public final class ByteSize {
    private static final String UNITS = "kmgtp";

    private ByteSize() {}

    /** Bytes of a text; what is none is refused in the words of Docker's own parser. */
    public static long parse(String text) {
        int end = -1;
        for (int i = 0; i < text.length(); i++) {
            if ("0123456789. ".indexOf(text.charAt(i)) >= 0) {
                end = i;
            }
        }
        if (end < 0) {
            throw WharfException.invalid("invalid size: '" + text + "'");
        }
        String number = text.substring(0, text.charAt(end) == ' ' ? end : end + 1);
        double size = number(number);
        if (size < 0) {
            throw WharfException.invalid("invalid size: '" + text + "'");
        }
        return (long) (size * factor(text.substring(end + 1)));
    }

    private static double number(String number) {
        try {
            // Java reads more than Go does: 1d, NaN, blanks around.
            if (!number.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)")) {
                throw new NumberFormatException(number);
            }
            return Double.parseDouble(number);
        } catch (NumberFormatException e) {
            throw new WharfException(
                    ErrorKind.INVALID_ARGUMENT, "strconv.ParseFloat: parsing \"" + number + "\": invalid syntax", e);
        }
    }

    private static double factor(String given) {
        String suffix = given.toLowerCase(Locale.ROOT);
        if (suffix.isEmpty() || suffix.equals("b")) {
            return 1;
        }
        int unit = UNITS.indexOf(suffix.charAt(0));
        String rest = suffix.substring(1);
        if (unit < 0 || !(rest.isEmpty() || rest.equals("b") || rest.equals("ib"))) {
            throw WharfException.invalid("invalid suffix: '" + suffix + "'");
        }
        return Math.pow(1024, unit + 1);
    }
}
