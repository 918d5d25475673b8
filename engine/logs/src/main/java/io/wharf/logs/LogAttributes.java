package io.wharf.logs;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** What labels, variables and a tag add to every record, as files and as clients have it. */
final class LogAttributes {
    private LogAttributes() {}

    /** Of a container, by the options of its log; a tag only where one was asked for. */
    static Map<String, String> of(LogSource source) {
        Map<String, String> all = new TreeMap<>(ExtraAttributes.of(source, UnaryOperator.identity()));
        if (!source.options().getOrDefault("tag", "").isEmpty()) {
            String tag = TagTemplate.of(source);
            if (!tag.isEmpty()) {
                all.put("tag", tag);
            }
        }
        return all;
    }

    /** {@code name=value,name=value} in the order of the names, each escaped as in a URL's query. */
    static byte[] forClients(Map<String, String> attributes) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(attributes).forEach((name, value) -> {
            text.append(text.isEmpty() ? "" : ",");
            text.append(escaped(name)).append('=').append(escaped(value));
        });
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The same of the JSON in a {@code json-file}. */
    static byte[] ofJson(String json) {
        Map<String, String> attributes = new TreeMap<>();
        for (Map.Entry<String, JsonNode> member :
                Json.read(json, JsonNode.class).properties()) {
            attributes.put(member.getKey(), member.getValue().asText());
        }
        return forClients(attributes);
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
