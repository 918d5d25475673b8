package io.wharf.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code filters} in the form of lists, and in the form of objects that clients before 1.22 send. */
final class ReadFilters {
    private ReadFilters() {}

    /**
     * Reads filters.
     *
     * @param accepted keys that the operation knows; empty for any
     */
    static Filters read(@Nullable String text, Set<String> accepted) {
        if (text == null) {
            return Filters.NONE;
        }
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw WharfException.invalid("invalid filter");
        }
        if (root.isNull() || root.isMissingNode()) {
            return Filters.NONE;
        }
        if (!root.isObject()) {
            throw WharfException.invalid("invalid filter");
        }
        Map<String, List<String>> filters = new LinkedHashMap<>();
        root.properties().forEach(entry -> {
            if (!accepted.isEmpty() && !accepted.contains(entry.getKey())) {
                throw WharfException.invalid("invalid filter '" + entry.getKey() + "'");
            }
            filters.put(entry.getKey(), values(entry.getValue()));
        });
        return new Filters(filters);
    }

    private static List<String> values(JsonNode node) {
        List<String> values = new ArrayList<>();
        if (node.isObject()) {
            node.fieldNames().forEachRemaining(values::add);
        } else if (node.isArray()) {
            node.forEach(value -> values.add(value.asText()));
        } else if (!node.isNull()) {
            throw WharfException.invalid("invalid filter");
        }
        return List.copyOf(values);
    }
}
