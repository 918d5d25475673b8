package io.wharf.api;

import io.wharf.base.Times;
import io.wharf.base.WharfException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads points in time of queries: seconds since the epoch with up to nine decimals, or RFC 3339. */
final class Timestamps {
    private static final int NANO_DIGITS = 9;
    /** Before it is computed with: an exponent would be written out, in any number of digits. */
    private static final Pattern SECONDS = Pattern.compile("[+-]?[0-9]{1,19}(\\.[0-9]{1,19})?");

    private static final BigDecimal FURTHEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private Timestamps() {}

    /** The same of a parameter that the refusal names. */
    static long nanos(String parameter, @Nullable String text, long otherwise) {
        try {
            return nanos(text, otherwise);
        } catch (WharfException e) {
            throw WharfException.invalid("invalid value for \"" + parameter + "\": " + e.getMessage());
        }
    }

    /** Nanoseconds since the epoch, or another value where there is none. */
    static long nanos(@Nullable String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        if (text.indexOf('T') > 0) {
            return Times.parse(text);
        }
        if (!SECONDS.matcher(text).matches()) {
            throw WharfException.invalid("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
        BigDecimal nanos = new BigDecimal(text).movePointRight(NANO_DIGITS).setScale(0, RoundingMode.DOWN);
        // Further than 292 years: never.
        return nanos.min(FURTHEST).max(FURTHEST.negate()).longValueExact();
    }
}
