package io.wharf.images.space;

import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What lists and prunes of images filter by, in the words of the Docker Engine API. */
public final class ImageFilters {
    private ImageFilters() {}

    public static void check(Filters filters, Set<String> known) {
        for (String name : filters.values().keySet()) {
            if (!known.contains(name)) {
                throw WharfException.invalid("invalid filter '" + name + "'");
            }
        }
    }

    public static boolean labelled(Filters filters, Map<String, String> labels) {
        return Filters.labelled(filters.get("label"), labels)
                && (!filters.has("label!") || !Filters.labelled(filters.get("label!"), labels));
    }

    /** One truth value; none, another word or two that contradict each other are refused. */
    public static boolean truth(Filters filters, String key, boolean otherwise) {
        if (!filters.values().containsKey(key)) {
            return otherwise;
        }
        List<String> values = filters.get(key);
        boolean yes = values.contains("1") || values.contains("true");
        boolean no = values.contains("0") || values.contains("false");
        if (yes == no) {
            throw WharfException.invalid(
                    "invalid filter '" + key + (values.isEmpty() ? "" : "=[" + String.join(" ", values) + "]") + "'");
        }
        return yes;
    }

    /** The earliest of the points in time that {@code until} names, null for none. */
    public static @Nullable Instant until(Filters filters) {
        Instant earliest = null;
        for (String text : filters.get("until")) {
            Instant at = instant(text);
            earliest = earliest == null || at.isBefore(earliest) ? at : earliest;
        }
        return earliest;
    }

    private static Instant instant(String text) {
        try {
            long nanos = Times.pointInTime(text, Times.nowNanos());
            return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
        } catch (WharfException e) {
            throw WharfException.invalid("invalid value for 'until' filter: " + e.getMessage());
        }
    }
}
