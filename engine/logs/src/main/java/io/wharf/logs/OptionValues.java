package io.wharf.logs;

import io.wharf.base.GoDuration;
import io.wharf.base.WharfException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Values of log options as Go's libraries read them, with their words for what cannot be read: clients and their users
 * know these. All refusals are of kind INVALID_ARGUMENT.
 */
final class OptionValues {
    /** Understood by every remote driver. */
    private static final Set<String> COMMON = Set.of("tag", "labels", "labels-regex", "env", "env-regex");

    private static final Pattern DURATION_PART = Pattern.compile("(?:\\d+\\.?\\d*|\\.\\d+)([^\\d.]*)");

    private OptionValues() {}

    /** Refuses what neither the driver nor all drivers know, and common options that cannot be read. */
    static void checkNames(String driver, Map<String, String> options, Set<String> own, char quote) {
        for (var name : options.keySet()) {
            if (!own.contains(name) && !COMMON.contains(name)) {
                throw WharfException.invalid(
                        "unknown log opt " + quote + name + quote + " for " + driver + " log driver");
            }
        }
        checkCommon(options);
    }

    /** Refuses a tag and expressions that cannot be read; a driver would find out with the first message. */
    static void checkCommon(Map<String, String> options) {
        TagTemplate.parse(options.getOrDefault("tag", ""));
        checkRegex(options, "labels-regex");
        checkRegex(options, "env-regex");
    }

    private static void checkRegex(Map<String, String> options, String option) {
        var text = options.getOrDefault(option, "");
        try {
            Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            // Only our own words name the option; those of the library say what of the pattern is wrong.
            throw WharfException.invalid(
                    "error parsing regexp: " + quoted(text) + " is no regular expression for log opt '" + option + "': "
                            + e.getDescription().toLowerCase(Locale.ROOT));
        }
    }

    static boolean bool(String text) {
        var value = SizeText.bool(text);
        if (value == null) {
            throw syntax("ParseBool", text);
        }
        return value;
    }

    /** A decimal number from {@code least} to {@code most}; {@code reader} is the Go function whose words are used. */
    static long number(String reader, String text, long least, long most) {
        if (!text.matches(least < 0 ? "[+-]?\\d+" : "\\d+")) {
            throw syntax(reader, text);
        }
        var digits = text.startsWith("+") ? text.substring(1) : text;
        var value = digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
        if (value < least || value > most) {
            throw WharfException.invalid("strconv." + reader + ": parsing " + quoted(text) + ": value out of range");
        }
        return value;
    }

    private static WharfException syntax(String reader, String text) {
        return WharfException.invalid("strconv." + reader + ": parsing " + quoted(text) + ": invalid syntax");
    }

    /** Bytes from {@code 64k}, {@code 1.5MiB}, {@code 100}: binary units throughout. */
    static long bytes(String text) {
        var bytes = SizeText.binary(text);
        if (bytes < 0) {
            throw WharfException.invalid("invalid size: '" + text + "'");
        }
        return bytes;
    }

    /** A duration such as {@code 1.5s}, {@code 1m30s}, {@code -2h}, {@code 0}. */
    static Duration duration(String text) {
        var unsigned = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        var nanos = GoDuration.parse(unsigned).orElseThrow(() -> noDuration(text, unsigned));
        return Duration.ofNanos(text.startsWith("-") ? -nanos : nanos);
    }

    private static WharfException noDuration(String text, String unsigned) {
        var part = DURATION_PART.matcher(unsigned);
        while (part.lookingAt()) {
            var unit = part.group(1);
            if (unit.isEmpty()) {
                return WharfException.invalid("time: missing unit in duration " + quoted(text));
            }
            if (!unit.matches("ns|[uµ]s|ms|s|m|h")) {
                return WharfException.invalid("time: unknown unit " + quoted(unit) + " in duration " + quoted(text));
            }
            part.region(part.end(), unsigned.length());
        }
        return WharfException.invalid("time: invalid duration " + quoted(text));
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
