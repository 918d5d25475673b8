package io.wharf.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Gives objects that stand inside other objects a name of their own, as {@code ContainerWaitError}: the parts of the
 * contract stay easy to read, and makers of clients have a type for each object. Some of them take an object in a closed
 * one for a reason to open the outer.
 */
final class NameParts {
    /** What is said of the field, and so stays where it is. */
    private static final Set<String> OF_THE_FIELD =
            Set.of("description", "deprecated", "x-wharf-since", "x-wharf-until", "default");

    private final ObjectNode schemas;
    private final Deque<String> open = new ArrayDeque<>();

    private NameParts(ObjectNode schemas) {
        this.schemas = schemas;
    }

    /** Changes the document; what it cannot name, as the name is taken, it tells. */
    static void in(ObjectNode document, List<String> mistakes) {
        ObjectNode schemas = document.withObjectProperty("components").withObjectProperty("schemas");
        NameParts parts = new NameParts(schemas);
        schemas.fieldNames().forEachRemaining(parts.open::add);
        while (!parts.open.isEmpty()) {
            String name = parts.open.poll();
            parts.look(name, schemas.path(name), mistakes);
        }
    }

    private void look(String name, JsonNode schema, List<String> mistakes) {
        if (schema.path("properties") instanceof ObjectNode properties) {
            List.copyOf(properties.properties()).forEach(field -> {
                String part = name
                        + Character.toUpperCase(field.getKey().charAt(0))
                        + field.getKey().substring(1);
                if (field.getValue() instanceof ObjectNode inner) {
                    properties.set(field.getKey(), named(part, inner, mistakes));
                }
            });
        }
        for (String key : List.of("items", "additionalProperties")) {
            if (schema instanceof ObjectNode outer && outer.get(key) instanceof ObjectNode inner) {
                outer.set(key, named(name + "Entry", inner, mistakes));
            }
        }
    }

    /** The schema, or what refers to it under a name. */
    private JsonNode named(String name, ObjectNode schema, List<String> mistakes) {
        if (!schema.has("properties")) {
            look(name, schema, mistakes);
            return schema;
        }
        if (schemas.has(name)) {
            mistakes.add(name + ": is a schema, and the name of a part of another");
            return schema;
        }
        ObjectNode reference = schema.objectNode();
        reference.put("$ref", "#/components/schemas/" + name);
        OF_THE_FIELD.forEach(key -> {
            if (schema.has(key)) {
                reference.set(key, schema.remove(key));
            }
        });
        schemas.set(name, schema);
        open.add(name);
        return reference;
    }
}
