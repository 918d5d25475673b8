package io.wharf.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Says what is wrong with a JSON body in words of JSON: which field, and what belongs there. */
final class JsonComplaint {
    private JsonComplaint() {}

    static String of(JsonProcessingException problem) {
        return switch (problem) {
            case JsonEOFException early -> "invalid JSON: unexpected end of the body";
            case MismatchedInputException wrong when trailing(wrong) -> "unexpected content after JSON";
            case MismatchedInputException wrong ->
                "invalid JSON: " + field(wrong) + kind(wrong.getTargetType()) + " is expected";
            case JsonMappingException other -> "invalid JSON: " + field(other) + other.getOriginalMessage();
            default -> "invalid JSON: " + problem.getOriginalMessage();
        };
    }

    private static boolean trailing(MismatchedInputException wrong) {
        return wrong.getOriginalMessage().startsWith("Trailing token");
    }

    /** {@code HostConfig.Binds[1]: }, and nothing for the body itself. */
    private static String field(JsonMappingException problem) {
        String path = problem.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining());
        return path.isEmpty() ? "" : (path.charAt(0) == '.' ? path.substring(1) : path) + ": ";
    }

    private static String kind(Class<?> wanted) {
        if (wanted == String.class || wanted.isEnum()) {
            return "a string";
        }
        if (wanted == Boolean.class || wanted == boolean.class) {
            return "true or false";
        }
        if (Number.class.isAssignableFrom(wanted) || wanted.isPrimitive()) {
            return "a whole number";
        }
        if (Collection.class.isAssignableFrom(wanted) || wanted.isArray()) {
            return "a list";
        }
        return Map.class.isAssignableFrom(wanted) || wanted.isRecord() ? "an object" : "another value";
    }
}
