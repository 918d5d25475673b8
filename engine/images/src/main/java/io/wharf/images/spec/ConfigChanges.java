package io.wharf.images.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.linux.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Applies the Dockerfile instructions of {@code import -c} and {@code commit -c} to a config. */
public final class ConfigChanges {
    private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
    private static final int LAST_PORT = 65535;

    private final ObjectNode config;
    private boolean commandSet;

    private ConfigChanges(ObjectNode config) {
        this.config = config;
    }

    public static ContainerConfig apply(ContainerConfig base, List<String> changes) {
        ConfigChanges work = new ConfigChanges(Json.MAPPER.valueToTree(base));
        List<String> lines = changes.stream()
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        if (lines.isEmpty() && !changes.isEmpty()) {
            throw WharfException.invalid("file with no instructions");
        }
        lines.forEach(work::line);
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
            case "CMD" -> {
                config.set("Cmd", rest.isEmpty() ? shell() : command(rest));
                commandSet = true;
            }
            case "ENTRYPOINT" -> entrypoint(command(rest));
            case "ENV" -> pairs(word, rest).forEach(this::env);
            case "LABEL" ->
                pairs(word, rest).forEach((key, value) -> object("Labels").put(key, value));
            case "EXPOSE" -> required(word, rest).forEach(this::expose);
            case "VOLUME" -> list(word, rest).forEach(path -> object("Volumes").putObject(path));
            case "USER" -> config.put("User", expanded(only(word, rest)));
            case "WORKDIR" -> workdir(expanded(only(word, rest)));
            case "STOPSIGNAL" -> config.put("StopSignal", signal(expanded(only(word, rest))));
            case "ONBUILD" -> array("OnBuild").add(trigger(rest));
            case "HEALTHCHECK" -> config.set("Healthcheck", Healthchecks.parse(rest, this::command));
            default -> throw WharfException.invalid(parts[0] + " is not a valid change command");
        }
    }

    /** Docker forgets the command of what was built on when a new entrypoint comes without one. */
    private void entrypoint(JsonNode entrypoint) {
        config.set("Entrypoint", entrypoint);
        if (!commandSet && !entrypoint.isEmpty()) {
            config.remove("Cmd");
        }
    }

    /** The exec form, a JSON list, as it is; anything else goes to the shell. */
    private JsonNode command(String text) {
        ArrayNode list = jsonList(text);
        if (list != null) {
            return list;
        }
        return text.isEmpty() ? Json.MAPPER.createArrayNode() : shell().add(text);
    }

    private ArrayNode shell() {
        return config.get("Shell") instanceof ArrayNode shell && !shell.isEmpty()
                ? shell.deepCopy()
                : Json.MAPPER.createArrayNode().add("/bin/sh").add("-c");
    }

    /** A port or a range of them, with what a publication would say before it left away. */
    private void expose(String text) {
        int slash = text.indexOf('/');
        String protocol = slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
        String whole = slash < 0 ? text : text.substring(0, slash);
        String ports = whole.substring(whole.lastIndexOf(':') + 1);
        if (!PROTOCOLS.contains(protocol)) {
            throw WharfException.invalid("Invalid proto: " + protocol);
        }
        int dash = ports.indexOf('-');
        int first = port(dash < 0 ? ports : ports.substring(0, dash));
        int last = dash < 0 ? first : port(ports.substring(dash + 1));
        if (first < 0 || last < first) {
            throw WharfException.invalid("Invalid containerPort: " + ports);
        }
        for (int port = first; port <= last; port++) {
            object("ExposedPorts").putObject(port + "/" + protocol);
        }
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > LAST_PORT ? -1 : port;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static String signal(String text) {
        if (Signals.number(text).isEmpty()) {
            throw WharfException.invalid("Invalid signal: " + text);
        }
        return text;
    }

    private static String trigger(String rest) {
        if (rest.isEmpty()) {
            throw WharfException.invalid("ONBUILD requires at least one argument");
        }
        String word = rest.split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
        switch (word) {
            case "ONBUILD" -> throw WharfException.invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
            case "MAINTAINER", "FROM" -> throw WharfException.invalid(word + " isn't allowed as an ONBUILD trigger");
            default -> {
                return rest;
            }
        }
    }

    /** One value, with variables of the config's own environment. */
    private String expanded(String text) {
        return String.join(" ", Words.split(text, this::variable));
    }

    private String variable(String name) {
        for (JsonNode one : config.path("Env")) {
            if (one.asText().startsWith(name + "=")) {
                return one.asText().substring(name.length() + 1);
            }
        }
        return "";
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
        config.put(
                "WorkingDir",
                path.startsWith("/")
                        ? path
                        : java.nio.file.Path.of(before.isEmpty() ? "/" : before, path)
                                .normalize()
                                .toString());
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

    private List<String> required(String word, String rest) {
        List<String> words = Words.split(rest, this::variable);
        if (words.isEmpty()) {
            throw WharfException.invalid(word + " requires at least one argument");
        }
        return words;
    }

    private List<String> list(String word, String rest) {
        ArrayNode json = jsonList(rest);
        if (json == null) {
            return required(word, rest);
        }
        List<String> items = new ArrayList<>();
        json.forEach(item -> items.add(item.asText()));
        return items;
    }

    /** {@code a=1 b="2 3"}, or the old form {@code a 1} for one pair. */
    private Map<String, String> pairs(String word, String rest) {
        List<String> words = required(word, rest);
        Map<String, String> pairs = new java.util.LinkedHashMap<>();
        if (words.getFirst().indexOf('=') < 0) {
            String[] pair = rest.split("\\s+", 2);
            if (pair.length < 2) {
                throw WharfException.invalid(word + " must have two arguments");
            }
            pairs.put(pair[0], expanded(pair[1]));
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
