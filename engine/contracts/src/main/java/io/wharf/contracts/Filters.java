package io.wharf.contracts;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The {@code filters} of a list or an event query: values of one key are alternatives, keys must all hold.
 *
 * @param values key to wanted values
 */
public record Filters(Map<String, List<String>> values) {
    public static final Filters NONE = new Filters(Map.of());

    public Filters {
        values = Lists.copy(values);
    }

    public List<String> get(String key) {
        return values.getOrDefault(key, List.of());
    }

    public boolean has(String key) {
        return !get(key).isEmpty();
    }

    /** Whether the key is absent or one of its values matches. */
    public boolean any(String key, Predicate<String> matches) {
        List<String> wanted = get(key);
        return wanted.isEmpty() || wanted.stream().anyMatch(matches);
    }

    /** Whether a value finds a text: Docker takes it as a regular expression, and literally where it is none. */
    public static boolean finds(String wanted, String text) {
        try {
            return NameExpression.isLiteral(wanted)
                    ? text.contains(wanted)
                    : text.equals(wanted) || NameExpression.of(wanted).finds(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether every value of the key, each {@code name} or {@code name=value}, is among the labels. */
    public static boolean labelled(List<String> wanted, Map<String, String> labels) {
        return wanted.stream().allMatch(want -> {
            int equals = want.indexOf('=');
            return equals < 0
                    ? labels.containsKey(want)
                    : want.substring(equals + 1).equals(labels.get(want.substring(0, equals)));
        });
    }
}
