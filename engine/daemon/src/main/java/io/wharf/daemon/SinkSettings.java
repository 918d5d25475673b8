package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.ByteSize;
import io.wharf.base.GoDuration;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.SinkOptions;
import io.wharf.contracts.SinkOptions.Start;
import io.wharf.contracts.SinkOptions.Tls;
import io.wharf.events.EventsVerticle;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code event-sinks}: a list of objects, each with a name and a type. What is unknown or wrong refuses the start. */
final class SinkSettings {
    private static final Set<String> EVERY = Set.of("name", "type", "start", "filters");
    private static final Set<String> WEBHOOK = Set.of(
            "url",
            "batch",
            "secret-file",
            "headers",
            "timeout",
            "retry-min",
            "retry-max",
            "ca-file",
            "cert-file",
            "key-file");
    private static final Set<String> FILE = Set.of("path", "sync", "max-size", "max-files");
    private static final Set<String> KAFKA =
            Set.of("servers", "topic", "timeout", "retry-min", "retry-max", "properties", "properties-file");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}");
    /** As Kafka has it. */
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    private static final Pattern SERVER = Pattern.compile("([^\\s:,/\\[\\]]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}");
    /** A token of RFC 9110, 5.6.2. */
    private static final Pattern HEADER = Pattern.compile("[a-zA-Z0-9!#$%&'*+.^_`|~-]+");

    private static final int LARGEST_BATCH = 256;
    private static final long SMALLEST_FILE = 4096;
    private static final int USUAL_FILES = 5;

    private final Settings settings;

    SinkSettings(Settings settings) {
        this.settings = settings;
    }

    List<SinkOptions> options() {
        List<SinkOptions> sinks = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<Path> paths = new HashSet<>();
        int number = 0;
        for (JsonNode node : settings.objects("event-sinks")) {
            String where = "event-sinks[" + number++ + "]";
            try {
                SinkOptions sink = sink(node);
                if (!names.add(sink.name())) {
                    throw WharfException.invalid("another sink has the name " + sink.name());
                }
                if (sink instanceof SinkOptions.Lines lines && !paths.add(lines.path())) {
                    throw WharfException.invalid("another sink writes to " + lines.path());
                }
                sinks.add(sink);
            } catch (WharfException e) {
                throw settings.refusal(where + ": " + e.getMessage());
            }
        }
        return sinks;
    }

    private static SinkOptions sink(JsonNode node) {
        if (!node.isObject()) {
            throw WharfException.invalid("it must be an object");
        }
        String name = required(node, "name");
        if (!NAME.matcher(name).matches()) {
            throw WharfException.invalid("name must be of up to 63 letters, digits, '_', '.' and '-': " + name);
        }
        String type = required(node, "type");
        return switch (type) {
            case "webhook" -> webhook(node, name);
            case "file" -> lines(node, name);
            case "kafka" -> kafka(node, name);
            default -> throw WharfException.invalid("unknown type " + type + ": it must be webhook, file or kafka");
        };
    }

    private static SinkOptions webhook(JsonNode node, String name) {
        check(node, WEBHOOK);
        URI url = url(required(node, "url"));
        Duration least = duration(node, "retry-min", Duration.ofSeconds(1));
        Duration most = longest(node, least);
        Tls tls = new Tls(readable(node, "ca-file"), readable(node, "cert-file"), readable(node, "key-file"));
        if ((tls.certificate() == null) != (tls.key() == null)) {
            throw WharfException.invalid("cert-file and key-file go together");
        }
        if (!tls.equals(Tls.USUAL) && !url.getScheme().equals("https")) {
            throw WharfException.invalid("certificates are of use with an https url only");
        }
        return new SinkOptions.Webhook(
                name,
                start(node),
                filters(node),
                url,
                (int) number(node, "batch", 1, 1, LARGEST_BATCH),
                readable(node, "secret-file"),
                headers(node),
                duration(node, "timeout", Duration.ofSeconds(10)),
                least,
                most,
                tls);
    }

    private static SinkOptions lines(JsonNode node, String name) {
        check(node, FILE);
        Path path = Path.of(required(node, "path"));
        if (!path.isAbsolute()) {
            throw WharfException.invalid("path must be absolute: " + path);
        }
        String size = text(node, "max-size");
        long largest = size == null ? 0 : ByteSize.parse(size);
        if (largest != 0 && largest < SMALLEST_FILE) {
            throw WharfException.invalid("max-size must be at least " + SMALLEST_FILE + " bytes: " + size);
        }
        String sync = text(node, "sync");
        return new SinkOptions.Lines(
                name,
                start(node),
                filters(node),
                path.normalize(),
                sync == null || !sync.equals("never") ? sync(node, sync) : null,
                largest,
                (int) number(node, "max-files", USUAL_FILES, 1, 1000));
    }

    private static SinkOptions kafka(JsonNode node, String name) {
        check(node, KAFKA);
        List<String> servers = new ArrayList<>();
        for (JsonNode server : node.path("servers")) {
            if (!SERVER.matcher(server.asText()).matches()) {
                throw WharfException.invalid("servers must be a list of host:port: " + server.asText());
            }
            servers.add(server.asText());
        }
        if (!node.path("servers").isArray() || servers.isEmpty()) {
            throw WharfException.invalid("servers must be a list of host:port");
        }
        String topic = required(node, "topic");
        if (!TOPIC.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
            throw WharfException.invalid("topic must be of up to 249 letters, digits, '.', '_' and '-': " + topic);
        }
        Duration least = duration(node, "retry-min", Duration.ofSeconds(1));
        return new SinkOptions.Kafka(
                name,
                start(node),
                filters(node),
                servers,
                topic,
                duration(node, "timeout", Duration.ofSeconds(20)),
                least,
                longest(node, least),
                properties(node),
                readable(node, "properties-file"));
    }

    private static Duration longest(JsonNode node, Duration least) {
        Duration most = duration(node, "retry-max", Duration.ofMinutes(1));
        if (most.compareTo(least) < 0) {
            throw WharfException.invalid("retry-max is shorter than retry-min");
        }
        return most;
    }

    /** Whether they are of use, those who hand them to Kafka know. */
    private static Map<String, String> properties(JsonNode node) {
        Map<String, String> properties = new LinkedHashMap<>();
        JsonNode given = node.path("properties");
        if (!given.isObject() && node.hasNonNull("properties")) {
            throw WharfException.invalid("properties must be an object of strings, numbers and booleans");
        }
        given.properties().forEach(entry -> {
            if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
                throw WharfException.invalid("properties: " + entry.getKey() + " must be a string, number or boolean");
            }
            properties.put(entry.getKey(), entry.getValue().asText());
        });
        return properties;
    }

    private static Duration sync(JsonNode node, @Nullable String given) {
        return given != null && given.equals("always") ? Duration.ZERO : duration(node, "sync", Duration.ofSeconds(1));
    }

    private static void check(JsonNode node, Set<String> own) {
        Set<String> unknown = new TreeSet<>();
        node.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(EVERY);
        unknown.removeAll(own);
        if (!unknown.isEmpty()) {
            throw WharfException.invalid(
                    "the following directives don't match any configuration option: " + String.join(", ", unknown));
        }
    }

    private static URI url(String text) {
        try {
            URI url = new URI(text);
            if (url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getFragment() == null
                    && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Refused below.
        }
        throw WharfException.invalid("url must be http://host/path or https://host/path, without a user: " + text);
    }

    private static Start start(JsonNode node) {
        String text = text(node, "start");
        if (text == null || text.equals("now")) {
            return Start.NOW;
        }
        if (text.equals("oldest")) {
            return Start.OLDEST;
        }
        throw WharfException.invalid("start must be now or oldest: " + text);
    }

    /** As in a request, an object of lists; a single value may stand alone. */
    private static Filters filters(JsonNode node) {
        Map<String, List<String>> filters = new LinkedHashMap<>();
        JsonNode given = node.path("filters");
        if (!given.isObject() && node.hasNonNull("filters")) {
            throw WharfException.invalid("filters must be an object of lists of strings");
        }
        given.properties().forEach(entry -> {
            List<String> values = new ArrayList<>();
            JsonNode value = entry.getValue();
            for (JsonNode item : value.isArray() ? value : List.of(value)) {
                if (!item.isTextual()) {
                    throw WharfException.invalid("filters: " + entry.getKey() + " must be a list of strings");
                }
                values.add(item.asText());
            }
            filters.put(entry.getKey(), values);
        });
        return EventsVerticle.checked(new Filters(filters));
    }

    private static Map<String, String> headers(JsonNode node) {
        Map<String, String> headers = new LinkedHashMap<>();
        JsonNode given = node.path("headers");
        if (!given.isObject() && node.hasNonNull("headers")) {
            throw WharfException.invalid("headers must be an object of strings");
        }
        given.properties().forEach(entry -> {
            String value = entry.getValue().asText();
            if (!entry.getValue().isTextual()
                    || !HEADER.matcher(entry.getKey()).matches()
                    || value.chars().anyMatch(c -> c < ' ' || c > '~')) {
                throw WharfException.invalid("headers: " + entry.getKey() + " is no header that can be sent");
            }
            headers.put(entry.getKey(), value);
        });
        return headers;
    }

    private static @Nullable Path readable(JsonNode node, String key) {
        String text = text(node, key);
        if (text == null) {
            return null;
        }
        Path path = Path.of(text);
        if (!path.isAbsolute() || !Files.isReadable(path)) {
            throw WharfException.invalid(key + " must be an absolute path to a file that can be read: " + text);
        }
        return path;
    }

    private static Duration duration(JsonNode node, String key, Duration otherwise) {
        String text = text(node, key);
        if (text == null) {
            return otherwise;
        }
        long nanos = GoDuration.parse(text).orElse(-1);
        if (nanos < Duration.ofMillis(1).toNanos()) {
            throw WharfException.invalid(key + ": invalid duration \"" + text + "\"");
        }
        return Duration.ofNanos(nanos);
    }

    private static long number(JsonNode node, String key, long otherwise, long least, long most) {
        if (!node.hasNonNull(key)) {
            return otherwise;
        }
        JsonNode value = node.get(key);
        if (!value.isIntegralNumber() || value.asLong() < least || value.asLong() > most) {
            throw WharfException.invalid(key + " must be a number from " + least + " to " + most);
        }
        return value.asLong();
    }

    private static String required(JsonNode node, String key) {
        String text = text(node, key);
        if (text == null || text.isEmpty()) {
            throw WharfException.invalid(key + " is missing");
        }
        return text;
    }

    private static @Nullable String text(JsonNode node, String key) {
        if (!node.hasNonNull(key)) {
            return null;
        }
        if (!node.get(key).isTextual()) {
            throw WharfException.invalid(key + " must be a string");
        }
        return node.get(key).asText();
    }
}
