package io.wharf.api;

import io.wharf.openapi.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the operation of a path.
 *
 * <p>A path without parameters wins; then the template with the most fixed segments, so that the suffix of a greedy name
 * anchors it: {@code /images/a/b/json} is the inspection of {@code a/b}. Templates are looked up by method and first
 * segment, a handful each.
 */
final class Router {
    /** An operation with the values of its path parameters. */
    record Match(Operation operation, Map<String, String> parameters) {}

    private record Template(Operation operation, List<String> segments, int greedy, int fixed) {}

    private final Map<String, Operation> exact = new HashMap<>();
    private final Map<String, List<Template>> templates = new HashMap<>();

    Router(List<Operation> operations) {
        for (Operation operation : operations) {
            if (operation.path().indexOf('{') < 0) {
                exact.put(operation.method() + operation.path(), operation);
            } else {
                Template template = template(operation);
                templates
                        .computeIfAbsent(operation.method() + template.segments.getFirst(), key -> new ArrayList<>())
                        .add(template);
            }
        }
        templates
                .values()
                .forEach(list -> list.sort(Comparator.comparingInt((Template template) -> template.fixed)
                        .reversed()));
    }

    private static Template template(Operation operation) {
        List<String> segments = split(operation.path());
        int greedy = -1;
        int fixed = 0;
        for (int i = 0; i < segments.size(); i++) {
            if (segments.get(i).endsWith("+}")) {
                greedy = i;
            } else if (segments.get(i).charAt(0) != '{') {
                fixed++;
            }
        }
        return new Template(operation, segments, greedy, fixed);
    }

    private static List<String> split(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    /** The operation of a decoded path without version, or null. */
    @Nullable
    Match match(String method, String path) {
        Operation found = exact.get(method + path);
        if (found != null) {
            return new Match(found, Map.of());
        }
        if (path.isEmpty() || path.charAt(0) != '/') {
            return null;
        }
        List<String> segments = split(path);
        for (Template template : templates.getOrDefault(method + segments.getFirst(), List.of())) {
            Map<String, String> parameters = fit(template, segments);
            if (parameters != null) {
                return new Match(template.operation, parameters);
            }
        }
        return null;
    }

    private static @Nullable Map<String, String> fit(Template template, List<String> given) {
        List<String> wanted = template.segments;
        int surplus = given.size() - wanted.size();
        if (surplus < 0 || (surplus > 0 && template.greedy < 0)) {
            return null;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            boolean greedy = i == template.greedy;
            boolean behind = template.greedy >= 0 && i > template.greedy;
            int at = behind ? i + surplus : i;
            if (wanted.get(i).charAt(0) != '{') {
                if (!wanted.get(i).equals(given.get(at))) {
                    return null;
                }
                continue;
            }
            String value = greedy ? String.join("/", given.subList(at, at + surplus + 1)) : given.get(at);
            if (value.isEmpty()) {
                return null;
            }
            parameters.put(wanted.get(i).substring(1, wanted.get(i).length() - (greedy ? 2 : 1)), value);
        }
        return parameters;
    }
}
