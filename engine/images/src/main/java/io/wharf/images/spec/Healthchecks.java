package io.wharf.images.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the HEALTHCHECK instruction. */
final class Healthchecks {
    private static final Pattern FLAG = Pattern.compile("--([a-z-]+)=(\\S+)\\s*");
    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|µs|ms|s|m|h)");

    private Healthchecks() {}

    /** The flags and the command; {@code shell} reads a command in exec form. */
    static ObjectNode parse(String text, Function<String, JsonNode> shell) {
        ObjectNode check = Json.MAPPER.createObjectNode();
        String rest = text;
        Matcher flag = FLAG.matcher(rest);
        while (flag.lookingAt()) {
            switch (flag.group(1)) {
                case "interval" -> check.put("Interval", duration(flag.group(2)));
                case "timeout" -> check.put("Timeout", duration(flag.group(2)));
                case "start-period" -> check.put("StartPeriod", duration(flag.group(2)));
                case "start-interval" -> check.put("StartInterval", duration(flag.group(2)));
                case "retries" -> check.put("Retries", retries(flag.group(2)));
                default -> throw WharfException.invalid("unknown flag: " + flag.group(1));
            }
            rest = rest.substring(flag.end());
            flag = FLAG.matcher(rest);
        }
        if (rest.isBlank()) {
            throw WharfException.invalid("HEALTHCHECK requires at least one argument");
        }
        String[] parts = rest.split("\\s+", 2);
        ArrayNode test = check.putArray("Test");
        switch (parts[0].toUpperCase(Locale.ROOT)) {
            case "NONE" -> test.add("NONE");
            case "CMD" -> {
                String command = parts.length < 2 ? "" : parts[1].strip();
                if (command.isEmpty()) {
                    throw WharfException.invalid("Missing command after HEALTHCHECK CMD");
                }
                if (command.startsWith("[")) {
                    test.add("CMD");
                    shell.apply(command).forEach(test::add);
                } else {
                    test.add("CMD-SHELL").add(command);
                }
            }
            default -> throw WharfException.invalid("Unknown type \"" + parts[0] + "\" in HEALTHCHECK (try CMD)");
        }
        return check;
    }

    private static int retries(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw WharfException.invalid("--retries must be a number, not " + text);
        }
    }

    /** Nanoseconds of a duration as Go writes it. */
    static long duration(String text) {
        Matcher part = PART.matcher(text);
        double nanos = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            double unit = switch (part.group(2)) {
                case "ns" -> 1;
                case "us", "µs" -> 1e3;
                case "ms" -> 1e6;
                case "s" -> 1e9;
                case "m" -> 60e9;
                default -> 3600e9;
            };
            nanos += Double.parseDouble(part.group(1)) * unit;
            end = part.end();
        }
        if (end == 0 || end != text.length()) {
            throw WharfException.invalid("time: invalid duration \"" + text + "\"");
        }
        return (long) nanos;
    }
}
