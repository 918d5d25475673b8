package io.wharf.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Merges the parts of the contract at build time, checks the whole and writes the two resources; the program is not part
 * of the engine. It fails with every mistake it finds, not only the first.
 */
public final class MergeContract {
    private static final Set<String> METHODS = Set.of("get", "head", "post", "put", "delete", "patch");
    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode document;
    private final List<String> mistakes = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private final List<QueryRule> rules = new ArrayList<>();

    private MergeContract(ObjectNode document) {
        this.document = document;
    }

    /** Arguments: the folder of the parts, the folder for the resources. */
    public static void main(String[] arguments) throws IOException {
        MergeContract merged = merge(Path.of(arguments[0]));
        Path out = Files.createDirectories(Path.of(arguments[1]));
        Files.writeString(out.resolve(Contract.DOCUMENT), JSON.writeValueAsString(merged.document));
        DumperOptions block = new DumperOptions();
        block.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        Files.writeString(
                out.resolve(Contract.YAML), new Yaml(block).dump(JSON.convertValue(merged.document, Map.class)));
        Files.write(
                out.resolve(Contract.ROUTES),
                merged.operations.stream().map(Operation::line).toList());
        Files.write(
                out.resolve(Contract.RULES),
                merged.rules.stream().map(QueryRule::line).sorted().toList());
    }

    /** Reads and checks the contract in a folder. */
    static MergeContract merge(Path folder) throws IOException {
        MergeContract merged = new MergeContract((ObjectNode) yaml(folder.resolve("contract.yaml")));
        merged.take(folder.resolve("paths"), merged.document.withObjectProperty("paths"));
        merged.take(
                folder.resolve("schemas"),
                merged.document.withObjectProperty("components").withObjectProperty("schemas"));
        CommonReplies.add(merged.document);
        NameParts.in(merged.document, merged.mistakes);
        merged.checkValues(merged.document, "#");
        merged.document
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .forEach(
                                entry -> merged.add(path.getKey(), path.getValue(), entry.getKey(), entry.getValue())));
        merged.operations.sort(Comparator.comparing(Operation::path).thenComparing(Operation::method));
        merged.checkUnique();
        if (!merged.mistakes.isEmpty()) {
            throw new IllegalArgumentException("the contract is wrong:\n  " + String.join("\n  ", merged.mistakes));
        }
        return merged;
    }

    ObjectNode document() {
        return document;
    }

    List<Operation> operations() {
        return operations;
    }

    List<QueryRule> rules() {
        return rules;
    }

    private static JsonNode yaml(Path file) throws IOException {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (var reader = Files.newBufferedReader(file)) {
            return JSON.valueToTree(new Yaml(options).load(reader));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private void take(Path folder, ObjectNode into) throws IOException {
        List<Path> parts;
        try (Stream<Path> files = Files.list(folder)) {
            parts = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
        for (Path part : parts) {
            yaml(part).properties().forEach(entry -> {
                if (into.has(entry.getKey())) {
                    mistakes.add(part.getFileName() + ": " + entry.getKey() + " is defined twice");
                }
                into.set(entry.getKey(), entry.getValue());
            });
        }
    }

    private void checkValues(JsonNode node, String where) {
        JsonNode reference = node.get("$ref");
        if (reference != null
                && reference.isTextual()
                && resolve(reference.asText()).isMissingNode()) {
            mistakes.add(where + ": " + reference.asText() + " leads nowhere");
        }
        if (node.isObject()) {
            node.properties().forEach(entry -> {
                // What YAML makes of a comma in words that have no quotes.
                if (entry.getValue().isNull()) {
                    mistakes.add(where + ": " + entry.getKey() + " has no value");
                }
                checkValues(entry.getValue(), where + "/" + entry.getKey());
            });
        } else if (node.isArray()) {
            node.forEach(element -> checkValues(element, where + "[]"));
        }
    }

    private JsonNode resolve(String reference) {
        return document.at(reference.startsWith("#/") ? reference.substring(1) : "/" + reference);
    }

    private JsonNode followed(JsonNode node) {
        return node.has("$ref") ? resolve(node.get("$ref").asText()) : node;
    }

    private void add(String path, JsonNode item, String method, JsonNode operation) {
        String where = method.toUpperCase(Locale.ROOT) + " " + path;
        for (String key : List.of("operationId", "summary", "responses")) {
            if (!operation.has(key)) {
                mistakes.add(where + ": no " + key);
            }
        }
        if (operation.path("responses").properties().stream()
                .noneMatch(reply -> reply.getKey().compareTo("400") >= 0)) {
            mistakes.add(where + ": cannot fail");
        }
        Set<String> greedy = new HashSet<>();
        Set<String> inPath = new HashSet<>();
        Map<String, Operation.QueryType> query = new LinkedHashMap<>();
        Stream.of(item.path("parameters"), operation.path("parameters"))
                .forEach(list -> list.forEach(entry -> {
                    JsonNode parameter = followed(entry);
                    String name = parameter.path("name").asText();
                    if (!parameter.has("description")) {
                        mistakes.add(where + ": parameter " + name + " is not described");
                    }
                    switch (parameter.path("in").asText()) {
                        case "path" -> {
                            inPath.add(name);
                            if (parameter.path("x-wharf-greedy").asBoolean()) {
                                greedy.add(name);
                            }
                        }
                        case "query" -> {
                            query.put(name, type(parameter.path("schema")));
                            ReadRules.of(operation.path("operationId").asText(), parameter)
                                    .ifPresent(rules::add);
                        }
                        case "header" -> {}
                        default -> mistakes.add(where + ": parameter " + name + " is nowhere");
                    }
                }));
        Set<String> named = new HashSet<>();
        Matcher matcher = PARAMETER.matcher(path);
        while (matcher.find()) {
            named.add(matcher.group(1));
        }
        if (!named.equals(inPath)) {
            mistakes.add(where + ": the path names " + named + ", the parameters " + inPath);
        }
        operations.add(new Operation(
                method.toUpperCase(Locale.ROOT),
                matcher.replaceAll(found -> Matcher.quoteReplacement(
                        "{" + found.group(1) + (greedy.contains(found.group(1)) ? "+}" : "}"))),
                operation.path("operationId").asText(),
                operation.path("tags").path(0).asText(),
                availability(where, operation),
                body(operation),
                operation.path("x-wharf-hijack").asBoolean() ? Operation.Answer.HIJACK : Operation.Answer.PLAIN,
                role(where, method, operation),
                ReadRules.since(operation),
                query));
    }

    private Operation.Availability availability(String where, JsonNode operation) {
        String said = operation.path("x-wharf-available").asText("served");
        try {
            return Operation.Availability.valueOf(said.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            mistakes.add(where + ": x-wharf-available: " + said);
            return Operation.Availability.LATER;
        }
    }

    /** What only looks is for all; what changes something is for administrators, unless the contract says otherwise. */
    private Role role(String where, String method, JsonNode operation) {
        Role usual = method.equals("get") || method.equals("head") ? Role.READ_ONLY : Role.ADMIN;
        String said = operation.path("x-wharf-role").asText(usual.word());
        return Role.of(said).orElseGet(() -> {
            mistakes.add(where + ": x-wharf-role: " + said);
            return Role.ADMIN;
        });
    }

    private Operation.Body body(JsonNode operation) {
        JsonNode body = followed(operation.path("requestBody"));
        if (body.isMissingNode()) {
            return Operation.Body.NONE;
        }
        return body.path("x-wharf-stream").asBoolean() ? Operation.Body.STREAM : Operation.Body.JSON;
    }

    private Operation.QueryType type(JsonNode schema) {
        return switch (followed(schema).path("type").asText()) {
            case "boolean" -> Operation.QueryType.BOOLEAN;
            case "integer" -> Operation.QueryType.INTEGER;
            case "array" -> Operation.QueryType.STRINGS;
            default -> Operation.QueryType.STRING;
        };
    }

    private void checkUnique() {
        Set<String> ids = new HashSet<>();
        Set<String> routes = new HashSet<>();
        for (Operation operation : operations) {
            if (!ids.add(operation.id())) {
                mistakes.add("operationId " + operation.id() + " is there twice");
            }
            String shape = operation.method() + " "
                    + PARAMETER.matcher(operation.path()).replaceAll("{}");
            if (!routes.add(shape)) {
                mistakes.add(shape + " is there twice");
            }
        }
    }
}
