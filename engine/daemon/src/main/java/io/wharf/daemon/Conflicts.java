package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** What is said twice, by a flag and in the file, is an error: nobody could tell which of the two was meant. */
final class Conflicts {
    /** Lists of names to things, which dockerd joins. */
    private static final Set<String> JOINED = Set.of("runtimes");

    private Conflicts() {}

    static void check(Flags flags, ConfigFile file) {
        List<String> twice = new ArrayList<>();
        Options.all().stream().sorted(Comparator.comparing(Option::name)).forEach(option -> {
            String key = option.key();
            if (flags.has(key) && file.has(key) && !JOINED.contains(key)) {
                twice.add(key + ": (from flag: " + shown(key, flagged(option, flags.texts(key))) + ", from file: "
                        + shown(key, filed(file.node(key))) + ")");
            }
        });
        if (file.has("host-gateway-ip") && (flags.has("host-gateway-ips") || file.has("host-gateway-ips"))) {
            throw file.refusal("host-gateway-ip and host-gateway-ips must not both be specified");
        }
        if (!twice.isEmpty()) {
            throw file.refusal("the following directives are specified both as a flag and in the configuration file: "
                    + String.join(", ", twice));
        }
    }

    /** Without the password that a proxy's URL may have. */
    private static String shown(String key, String value) {
        return key.endsWith("-proxy") ? RegistrySettings.masked(value) : value;
    }

    /** As Go prints the flag's value. */
    private static String flagged(Option option, List<String> values) {
        return switch (option.kind()) {
            case TRUTH, TEXT, NUMBER, ADDRESS -> values.getLast();
            case LIST, OBJECT, OBJECTS -> "[" + String.join(" ", values) + "]";
            case PAIRS -> "map[" + String.join(" ", values).replace('=', ':') + "]";
        };
    }

    /** As Go prints what it reads from JSON. */
    private static String filed(JsonNode node) {
        if (node.isArray()) {
            List<String> items = new ArrayList<>();
            node.forEach(item -> items.add(filed(item)));
            return "[" + String.join(" ", items) + "]";
        }
        if (node.isObject()) {
            TreeMap<String, String> rows = new TreeMap<>();
            node.properties().forEach(row -> rows.put(row.getKey(), filed(row.getValue())));
            List<String> shown = new ArrayList<>();
            rows.forEach((name, value) -> shown.add(name + ":" + value));
            return "map[" + String.join(" ", shown) + "]";
        }
        return node.asText();
    }
}
