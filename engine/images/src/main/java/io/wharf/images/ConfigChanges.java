package io.wharf.images;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Applies the Dockerfile instructions of {@code import -c} and {@code commit -c} to a config. */
final class ConfigChanges {
    private final ObjectNode config;

    private ConfigChanges(ObjectNode config) {
        this.config = config;
    }

    static ContainerConfig apply(ContainerConfig base, List<String> changes) {
        ConfigChanges work = new ConfigChanges(Json.MAPPER.valueToTree(base));
        for (String change : changes) {
            change.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(work::line);
        }
        try {
            return Json.MAPPER.treeToValue(work.config, ContainerConfig.class);
        } catch (JsonProcessingException e) {
            throw WharfException.invalid("invalid change: " + e.getOriginalMessage());
        }
    }

    private void line(String line) {
        String[] parts = line.split("\\s+", 2);
        String word = parts[0].toUpperCase(Locale.ROOT);
        String rest = parts.length < 2 ? "" : parts[1].strip();
        switch (word) {
            case "CMD" -> config.set("Cmd", command(rest));
            case "ENTRYPOINT" -> {
                config.set("Entrypoint", command(rest));
            }
            case "ENV" -> pairs(word, rest).forEach(this::env);
            case "LABEL" ->
                pairs(word, rest).forEach((key, value) -> object("Labels").put(key, value));
            case "EXPOSE" ->
                required(word, rest)
                        .forEach(
                                port -> object("ExposedPorts").putObject(port.indexOf('/') < 0 ? port + "/tcp" : port));
            case "VOLUME" -> list(word, rest).forEach(path -> object("Volumes").putObject(path));
            case "USER" -> config.put("User", only(word, rest));
            case "WORKDIR" -> workdir(only(word, rest));
            case "STOPSIGNAL" -> config.put("StopSignal", only(word, rest));
            case "ONBUILD" -> array("OnBuild").add(only(word, rest));
            case "HEALTHCHECK" -> config.set("Healthcheck", Healthchecks.parse(rest));
            default -> throw WharfException.invalid(parts[0] + " is not a valid change command");
        }
    }

    /** The exec form, a JSON list, as it is; anything else goes to the shell. */
    static JsonNode command(String text) {
        ArrayNode list = jsonList(text);
        if (list != null) {
            return list;
        }
        ArrayNode shell = Json.MAPPER.createArrayNode();
        return text.isEmpty() ? shell : shell.add("/bin/sh").add("-c").add(text);
    }

    private static @org.jspecify.annotations.Nullable ArrayNode jsonList(String text) {
        if (!text.startsWith("[")) {
            return null;
        }
        try {
            return Json.MAPPER.readTree(text) instanceof ArrayNode list ? list : null;
        } catch (JsonProcessingException notJson) {
            return null;
        }
    }

    private void env(String key, String value) {
        ArrayNode env = array("Env");
        for (int i = 0; i < env.size(); i++) {
            if (env.get(i).asText().startsWith(key + "=")) {
                env.set(i, key + "=" + value);
                return;
            }
        }
        env.add(key + "=" + value);
    }

    private void workdir(String path) {
        String before = config.path("WorkingDir").asText("");
        String whole = path.startsWith("/") ? path : (before.isEmpty() ? "/" : before + "/") + path;
        config.put("WorkingDir", java.nio.file.Path.of(whole).normalize().toString());
    }

    private ObjectNode object(String key) {
        return config.get(key) instanceof ObjectNode object ? object : config.putObject(key);
    }

    private ArrayNode array(String key) {
        return config.get(key) instanceof ArrayNode array ? array : config.putArray(key);
    }

    private static String only(String word, String rest) {
        if (rest.isEmpty()) {
            throw WharfException.invalid(word + " requires exactly one argument");
        }
        return rest;
    }

    private static List<String> required(String word, String rest) {
        List<String> words = Words.split(rest);
        if (words.isEmpty()) {
            throw WharfException.invalid(word + " requires at least one argument");
        }
        return words;
    }

    private static List<String> list(String word, String rest) {
        ArrayNode json = jsonList(rest);
        if (json == null) {
            return required(word, rest);
        }
        List<String> items = new ArrayList<>();
        json.forEach(item -> items.add(item.asText()));
        return items;
    }

    /** {@code a=1 b="2 3"}, or the old form {@code a 1} for one pair. */
    private static Map<String, String> pairs(String word, String rest) {
        List<String> words = required(word, rest);
        Map<String, String> pairs = new java.util.LinkedHashMap<>();
        if (words.getFirst().indexOf('=') < 0) {
            String[] pair = rest.split("\\s+", 2);
            if (pair.length < 2) {
                throw WharfException.invalid(word + " must have two arguments");
            }
            pairs.put(pair[0], pair[1]);
            return pairs;
        }
        for (String one : words) {
            int equals = one.indexOf('=');
            if (equals <= 0) {
                throw WharfException.invalid(
                        "Syntax error - can't find = in \"" + one + "\". Must be of the form: name=value");
            }
            pairs.put(one.substring(0, equals), one.substring(equals + 1));
        }
        return pairs;
    }
}
