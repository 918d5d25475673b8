package io.wharf.tests.tap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The contract's schemas, such that an object has the listed properties and no other: a field that the contract does not
 * know is as wrong in a reply as one of the wrong type.
 *
 * <p>Parts of an {@code allOf} are open, since none of them knows the others' properties; the whole is closed. So each
 * component is there twice, as {@code Name} and as {@code Name~open}.
 */
final class Strict {
    private static final String ROOT = "https://contract.invalid/";
    private static final Set<String> LISTS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> NAMED = Set.of("properties", "patternProperties");
    private static final Set<String> SINGLE =
            Set.of("items", "additionalProperties", "unevaluatedProperties", "not", "propertyNames", "contains");
    private static final Set<String> KEPT = Set.of(
            "type",
            "enum",
            "const",
            "required",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "uniqueItems",
            "minProperties",
            "maxProperties",
            "multipleOf",
            "pattern",
            "format");

    private static final ObjectNode DEFINITIONS = definitions();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(ROOT, DEFINITIONS.toString()))));
    private static final Map<JsonNode, JsonSchema> COMPILED = new ConcurrentHashMap<>();

    private Strict() {}

    private static ObjectNode definitions() {
        ObjectNode root = Contracted.JSON.createObjectNode();
        ObjectNode all = root.putObject("$defs");
        Contracted.components().properties().forEach(entry -> {
            all.set(entry.getKey(), of(entry.getValue(), false));
            all.set(entry.getKey() + "~open", of(entry.getValue(), true));
        });
        return root;
    }

    /** What a schema of the contract says against a value. */
    static Collection<ValidationMessage> complaints(JsonNode schema, JsonNode value) {
        return COMPILED.computeIfAbsent(
                        schema,
                        given -> FACTORY.getSchema(
                                SchemaLocation.of(ROOT + "reply/" + Integer.toHexString(given.hashCode())),
                                of(given, false)))
                .validate(value);
    }

    private static JsonNode of(JsonNode schema, boolean open) {
        if (!schema.isObject()) {
            return schema;
        }
        boolean joined = schema.has("allOf") || (schema.has("$ref") && schema.has("properties"));
        boolean either = schema.has("anyOf") || schema.has("oneOf");
        ObjectNode strict = Contracted.JSON.createObjectNode();
        schema.properties().forEach(entry -> {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            if (key.equals("$ref")) {
                String name = value.asText().substring(value.asText().lastIndexOf('/') + 1);
                strict.put("$ref", ROOT + "#/$defs/" + name + (open || joined ? "~open" : ""));
            } else if (LISTS.contains(key)) {
                var list = strict.putArray(key);
                boolean part = open || key.equals("allOf") || schema.has("properties");
                value.forEach(one -> list.add(of(one, part && !key.equals("prefixItems"))));
            } else if (NAMED.contains(key)) {
                ObjectNode named = strict.putObject(key);
                value.properties().forEach(one -> named.set(one.getKey(), of(one.getValue(), false)));
            } else if (SINGLE.contains(key)) {
                strict.set(key, of(value, false));
            } else if (KEPT.contains(key)) {
                strict.set(key, value);
            }
        });
        boolean said = List.of("additionalProperties", "unevaluatedProperties", "patternProperties").stream()
                .anyMatch(schema::has);
        if (!open && !said && (joined || (either && schema.has("properties")))) {
            strict.put("unevaluatedProperties", false);
        } else if (!open && !said && schema.has("properties")) {
            strict.put("additionalProperties", false);
        }
        return strict;
    }
}
