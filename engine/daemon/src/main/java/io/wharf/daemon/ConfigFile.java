package io.wharf.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig.Ulimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code daemon.json}: the flags' long names, lists in the plural. An unknown key is an error, as in dockerd. */
final class ConfigFile {
    private static final ObjectReader READER =
            Json.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Set<String> KEYS = Set.of(
            "hosts",
            "data-root",
            "exec-root",
            "pidfile",
            "debug",
            "log-level",
            "bridge",
            "bip",
            "iptables",
            "ip6tables",
            "ip-forward",
            "ip-forward-no-drop",
            "ip-masq",
            "icc",
            "ip",
            "userland-proxy",
            "storage-driver",
            "storage-opts",
            "insecure-registries",
            "registry-mirrors",
            "registry-certs-dirs",
            "proxies",
            "max-concurrent-downloads",
            "max-concurrent-uploads",
            "max-download-attempts",
            "exec-opts",
            "runtimes",
            "default-runtime",
            "log-driver",
            "log-opts",
            "image-limits",
            "init",
            "init-path",
            "no-new-privileges",
            "default-ulimits",
            "default-shm-size",
            "default-ipc-mode",
            "default-cgroupns-mode",
            "cgroup-parent",
            "seccomp-profile",
            "cdi-spec-dirs",
            "plugin-dirs",
            "cri-socket",
            "image-space",
            "default-address-pools",
            "default-network-opts",
            "mtu",
            "event-sinks");

    private static final Set<String> LISTS = Set.of(
            "hosts",
            "insecure-registries",
            "registry-mirrors",
            "registry-certs-dirs",
            "exec-opts",
            "cdi-spec-dirs",
            "plugin-dirs",
            "storage-opts");
    private static final Set<String> NUMBERS =
            Set.of("max-concurrent-downloads", "max-concurrent-uploads", "max-download-attempts", "mtu");
    private static final Set<String> FLAGS = Set.of(
            "debug",
            "iptables",
            "ip6tables",
            "ip-forward",
            "ip-forward-no-drop",
            "ip-masq",
            "icc",
            "userland-proxy",
            "init",
            "no-new-privileges");

    private final Path path;
    private final JsonNode root;

    private ConfigFile(Path path, JsonNode root) {
        this.path = path;
        this.root = root;
    }

    /** Reads the file; one that was not asked for by name may be missing. */
    static ConfigFile read(Path path, boolean required) {
        try {
            byte[] bytes = Files.readAllBytes(path);
            JsonNode root = bytes.length == 0 ? Json.MAPPER.createObjectNode() : READER.readTree(bytes);
            if (!root.isObject() && !root.isMissingNode()) {
                throw refusal(path, "it must hold a JSON object");
            }
            Set<String> unknown = new TreeSet<>();
            root.fieldNames().forEachRemaining(unknown::add);
            unknown.removeAll(KEYS);
            if (!unknown.isEmpty()) {
                throw refusal(
                        path,
                        "the following directives don't match any configuration option: " + String.join(", ", unknown));
            }
            root.properties().forEach(entry -> checkType(path, entry.getKey(), entry.getValue()));
            return new ConfigFile(path, root);
        } catch (NoSuchFileException e) {
            if (required) {
                throw refusal(path, "no such file");
            }
            return new ConfigFile(path, Json.MAPPER.createObjectNode());
        } catch (JsonProcessingException e) {
            throw refusal(path, e.getOriginalMessage());
        } catch (IOException e) {
            throw refusal(path, String.valueOf(e.getMessage()));
        }
    }

    /** A list written as a text would otherwise be read as an empty one, and the engine listen elsewhere than told. */
    private static void checkType(Path path, String key, JsonNode value) {
        if (value.isNull()) {
            return;
        }
        boolean right;
        String wanted;
        if (key.equals("default-address-pools")) {
            right = value.isArray();
            wanted = "a list of objects with base and size";
        } else if (key.equals("event-sinks")) {
            right = value.isArray();
            wanted = "a list of objects";
        } else if (LISTS.contains(key)) {
            right = value.isArray() && allTexts(value);
            wanted = "a list of strings";
        } else if (FLAGS.contains(key)) {
            right = value.isBoolean();
            wanted = "true or false";
        } else if (NUMBERS.contains(key)) {
            right = value.isIntegralNumber();
            wanted = "a number";
        } else if (List.of(
                        "runtimes",
                        "log-opts",
                        "image-limits",
                        "image-space",
                        "default-ulimits",
                        "default-network-opts",
                        "proxies")
                .contains(key)) {
            right = value.isObject();
            wanted = "an object";
        } else {
            right = value.isTextual();
            wanted = "a string";
        }
        if (!right) {
            throw refusal(path, key + " must be " + wanted);
        }
    }

    private static boolean allTexts(JsonNode list) {
        for (JsonNode item : list) {
            if (!item.isTextual()) {
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

    @Nullable
    String text(String key) {
        return has(key) ? root.get(key).asText() : null;
    }

    @Nullable
    Boolean flag(String key) {
        return has(key) ? Boolean.valueOf(root.get(key).asBoolean()) : null;
    }

    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        if (has(key)) {
            root.get(key).forEach(item -> texts.add(item.asText()));
        }
        return texts;
    }

    /** {@code proxies}: {@code http-proxy}, {@code https-proxy} and {@code no-proxy}. */
    @Nullable
    String proxy(String key) {
        JsonNode proxies = root.path("proxies");
        for (Map.Entry<String, JsonNode> row : proxies.properties()) {
            if (!Set.of("http-proxy", "https-proxy", "no-proxy").contains(row.getKey())
                    || !row.getValue().isTextual()) {
                throw refusal(path, "proxies: " + row.getKey() + " is no proxy that is known, or no string");
            }
        }
        return proxies.hasNonNull(key) ? proxies.get(key).asText() : null;
    }

    /** The items of a list, or an object as the only one; none where the key is not there. */
    List<JsonNode> list(String key) {
        List<JsonNode> items = new ArrayList<>();
        if (has(key)) {
            JsonNode value = root.get(key);
            if (value.isArray()) {
                value.forEach(items::add);
            } else {
                items.add(value);
            }
        }
        return items;
    }

    /** {@code log-opts}: name to value. */
    Map<String, String> logOptions() {
        return pairs("log-opts");
    }

    /** An object of strings. */
    Map<String, String> pairs(String key) {
        Map<String, String> options = new LinkedHashMap<>();
        if (has(key)) {
            root.get(key).properties().forEach(option -> {
                if (!option.getValue().isTextual()) {
                    throw refusal(path, key + ": " + option.getKey() + " must be a string");
                }
                options.put(option.getKey(), option.getValue().asText());
            });
        }
        return options;
    }

    /** {@code default-ulimits}: name to an object with {@code Hard} and {@code Soft}. */
    Map<String, Ulimit> ulimits() {
        Map<String, Ulimit> limits = new LinkedHashMap<>();
        if (has("default-ulimits")) {
            root.get("default-ulimits")
                    .properties()
                    .forEach(limit -> limits.put(
                            limit.getKey(),
                            new Ulimit(
                                    limit.getKey(),
                                    limit.getValue().path("Hard").asLong(),
                                    limit.getValue().path("Soft").asLong())));
        }
        return limits;
    }

    /** {@code image-space}: how images look after the disk. */
    JsonNode imageSpace() {
        return has("image-space") ? root.get("image-space") : Json.MAPPER.createObjectNode();
    }

    /** {@code runtimes}: name to an object with a {@code path}. */
    Map<String, String> runtimes() {
        Map<String, String> runtimes = new LinkedHashMap<>();
        if (has("runtimes")) {
            root.get("runtimes").fields().forEachRemaining(entry -> {
                String program = entry.getValue().path("path").asText();
                if (program.isEmpty()) {
                    throw refusal(path, "runtime " + entry.getKey() + " has no path");
                }
                runtimes.put(entry.getKey(), program);
            });
        }
        return runtimes;
    }

    private static WharfException refusal(Path path, String reason) {
        return new WharfException(
                ErrorKind.INVALID_ARGUMENT, "unable to configure the daemon with file " + path + ": " + reason);
    }
}
