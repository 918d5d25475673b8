package io.wharf.logs;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** What the options {@code labels}, {@code labels-regex}, {@code env} and {@code env-regex} add to every message. */
final class ExtraAttributes {
    private ExtraAttributes() {}

    /** The chosen labels and variables, each under the name that {@code rename} makes of its own. */
    static Map<String, String> of(LogSource source, UnaryOperator<String> rename) {
        var chosen = new TreeMap<String, String>();
        choose(source.labels(), source.options(), "labels", rename, chosen);
        var variables = new TreeMap<String, String>();
        for (var entry : source.env()) {
            var equals = entry.indexOf('=');
            if (equals >= 0) {
                variables.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        choose(variables, source.options(), "env", rename, chosen);
        return chosen;
    }

    private static void choose(
            Map<String, String> from,
            Map<String, String> options,
            String option,
            UnaryOperator<String> rename,
            Map<String, String> into) {
        for (var name : options.getOrDefault(option, "").split(",")) {
            var value = from.get(name);
            if (value != null) {
                into.put(rename.apply(name), value);
            }
        }
        var regex = options.getOrDefault(option + "-regex", "");
        if (!regex.isEmpty()) {
            Predicate<String> matches = Pattern.compile(regex).asPredicate();
            from.forEach((name, value) -> {
                if (matches.test(name)) {
                    into.put(rename.apply(name), value);
                }
            });
        }
    }
}
