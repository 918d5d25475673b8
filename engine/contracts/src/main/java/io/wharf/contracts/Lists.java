package io.wharf.contracts;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Immutable copies of what clients send, who write {@code null} for an empty list or object. */
final class Lists {
    private Lists() {}

    static <T> List<T> copy(@Nullable Collection<T> values) {
        if (values == null || values.isEmpty()) {
            return List.of();
        }
        List<T> kept = new ArrayList<>(values);
        kept.removeIf(value -> value == null);
        return List.copyOf(kept);
    }

    /** Keeps the difference between absent and empty. */
    static <T> @Nullable List<T> copyOrNull(@Nullable Collection<T> values) {
        return values == null ? null : copy(values);
    }

    /** Keeps the order of keys, and drops keys whose value is null. */
    static <V> Map<String, V> copy(@Nullable Map<String, V> values) {
        if (values == null || values.isEmpty()) {
            return Map.of();
        }
        Map<String, V> kept = new LinkedHashMap<>(values);
        kept.values().removeIf(value -> value == null);
        return java.util.Collections.unmodifiableMap(kept);
    }

    /** As {@link #copy(Map)}, and of each list in it. */
    static <T> Map<String, List<T>> copyLists(@Nullable Map<String, List<T>> values) {
        Map<String, List<T>> kept = new LinkedHashMap<>();
        copy(values).forEach((key, list) -> kept.put(key, copy(list)));
        return java.util.Collections.unmodifiableMap(kept);
    }

    /** A set that is written as an object: its keys count, whatever their values are. */
    static Map<String, Object> set(@Nullable Map<String, Object> values) {
        Map<String, Object> kept = new LinkedHashMap<>();
        if (values != null) {
            values.forEach((key, value) -> kept.put(key, value == null ? Map.of() : value));
        }
        return java.util.Collections.unmodifiableMap(kept);
    }

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
