package io.wharf.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code daemon.json}: the keys of {@link Options}. An unknown key is an error, as in dockerd. */
final class ConfigFile {
    private static final ObjectReader READER =
            Json.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    /** dockerd has its proxies one level deeper. */
    private static final String PROXIES = "proxies";

    private static final Set<String> PROXY_KEYS = Set.of("http-proxy", "https-proxy", "no-proxy");

    private final Path path;
    private final ObjectNode root;

    private ConfigFile(Path path, ObjectNode root) {
        this.path = path;
        this.root = root;
    }

    /** Reads the file; one that was not asked for by name may be missing. */
    static ConfigFile read(Path path, boolean required) {
        ConfigFile file = new ConfigFile(path, Json.MAPPER.createObjectNode());
        try {
            // The parser tells UTF-16 and a byte order mark from plain UTF-8.
            JsonNode read = READER.readTree(Files.readAllBytes(path));
            if (!read.isMissingNode()) {
                file.take(read);
            }
            return file;
        } catch (NoSuchFileException e) {
            if (required) {
                throw file.refusal("open " + path + ": no such file or directory");
            }
            return file;
        } catch (JsonProcessingException e) {
            throw file.refusal("invalid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw file.refusal(String.valueOf(e.getMessage()));
        }
    }

    private void take(JsonNode read) {
        if (!read.isObject()) {
            throw refusal("it must hold a JSON object");
        }
        root.setAll((ObjectNode) read);
        JsonNode proxies = root.remove(PROXIES);
        Set<String> unknown = new TreeSet<>();
        if (proxies != null && !proxies.isNull()) {
            if (!proxies.isObject()) {
                throw refusal(PROXIES + " must be an object");
            }
            proxies.properties().forEach(proxy -> {
                if (PROXY_KEYS.contains(proxy.getKey())) {
                    root.set(proxy.getKey(), proxy.getValue());
                } else {
                    unknown.add(proxy.getKey());
                }
            });
        }
        Map<String, Option> known = new HashMap<>();
        for (Option option : Options.all()) {
            if (option.inFile()) {
                known.put(option.key(), option);
            }
        }
        root.fieldNames().forEachRemaining(key -> {
            if (!known.containsKey(key)) {
                unknown.add(key);
            }
        });
        if (!unknown.isEmpty()) {
            throw refusal(
                    "the following directives don't match any configuration option: " + String.join(", ", unknown));
        }
        root.properties().forEach(entry -> checkType(known.get(entry.getKey()), entry.getKey(), entry.getValue()));
    }

    /** A list written as a text would otherwise be read as an empty one, and the engine listen elsewhere than told. */
    private void checkType(@Nullable Option option, String key, JsonNode value) {
        if (option == null || value.isNull()) {
            return;
        }
        String wanted = switch (option.kind()) {
            case TRUTH -> value.isBoolean() ? "" : "true or false";
            case TEXT -> value.isTextual() ? "" : "a string";
            case NUMBER -> value.isInt() ? "" : "a whole number";
            case ADDRESS ->
                value.isTextual() && (value.asText().isEmpty() || Address.is(value.asText())) ? "" : "an IP address";
            case LIST -> value.isArray() && all(value, JsonNode::isTextual) ? "" : "a list of strings";
            case PAIRS -> value.isObject() && all(value, JsonNode::isTextual) ? "" : "an object of strings";
            case OBJECT -> value.isObject() ? "" : "an object";
            case OBJECTS -> value.isArray() && all(value, JsonNode::isObject) ? "" : "a list of objects";
        };
        if (!wanted.isEmpty()) {
            throw refusal(key + " must be " + wanted);
        }
    }

    private static boolean all(JsonNode values, java.util.function.Predicate<JsonNode> right) {
        for (JsonNode value : values) {
            if (!right.test(value)) {
                return false;
            }
        }
        return true;
    }

    boolean has(String key) {
        return root.hasNonNull(key);
    }

    Path path() {
        return path;
    }

    /** Whatever is there, which {@link #has} tells. */
    JsonNode node(String key) {
        return root.path(key);
    }

    /** A string or a number; null where the key is not there. */
    @Nullable
    String text(String key) {
        return has(key) ? root.get(key).asText() : null;
    }

    @Nullable
    Boolean truth(String key) {
        return has(key) ? root.get(key).asBoolean() : null;
    }

    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        objects(key).forEach(item -> texts.add(item.asText()));
        return texts;
    }

    /** An object of strings. */
    Map<String, String> pairs(String key) {
        Map<String, String> pairs = new LinkedHashMap<>();
        object(key)
                .properties()
                .forEach(pair -> pairs.put(pair.getKey(), pair.getValue().asText()));
        return pairs;
    }

    /** The object; an empty one where the key is not there. */
    JsonNode object(String key) {
        return has(key) ? root.get(key) : Json.MAPPER.createObjectNode();
    }

    /** The items of a list; none where the key is not there. */
    List<JsonNode> objects(String key) {
        List<JsonNode> items = new ArrayList<>();
        if (has(key)) {
            root.get(key).forEach(items::add);
        }
        return items;
    }

    /** An error in this file; the words before the reason are dockerd's. */
    WharfException refusal(String reason) {
        return WharfException.invalid(
                "unable to configure the " + Program.here().title() + " with file " + path + ": " + reason);
    }
}
