package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Resources of the machine that its operator advertises, as {@code gpu=UUID1}, or {@code ssd=3} for a number of them. */
record GenericResources(List<String> given) {
    /** As {@code docker info} has them. */
    List<Map<String, Object>> shown() {
        Map<String, Object> counted = new LinkedHashMap<>();
        List<Map<String, Object>> shown = new ArrayList<>();
        for (String row : given) {
            for (String resource : row.split(",")) {
                int equals = resource.indexOf('=');
                String kind = equals <= 0 ? "" : resource.substring(0, equals).strip();
                String value = resource.substring(equals + 1).strip();
                if (kind.isEmpty() || value.isEmpty()) {
                    throw WharfException.invalid("could not parse GenericResource: incorrect term " + resource
                            + ", missing '=' or malformed expression");
                }
                if (isNumber(value)) {
                    if (counted.put(kind, value) != null || named(shown, kind)) {
                        throw mixed();
                    }
                    shown.add(Map.of("DiscreteResourceSpec", Map.of("Kind", kind, "Value", Long.parseLong(value))));
                } else {
                    if (counted.containsKey(kind)) {
                        throw mixed();
                    }
                    shown.add(Map.of("NamedResourceSpec", Map.of("Kind", kind, "Value", value)));
                }
            }
        }
        return shown;
    }

    private static boolean named(List<Map<String, Object>> shown, String kind) {
        return shown.stream()
                .anyMatch(
                        one -> one.get("NamedResourceSpec") instanceof Map<?, ?> spec && kind.equals(spec.get("Kind")));
    }

    private static WharfException mixed() {
        return WharfException.invalid(
                "could not parse GenericResource: mixed discrete and named resources in expression");
    }

    private static boolean isNumber(String text) {
        try {
            return Long.parseLong(text) >= 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
