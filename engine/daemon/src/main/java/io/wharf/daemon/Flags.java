package io.wharf.daemon;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The command line, in dockerd's names, read as Go's pflag reads it: {@code --name=value}, {@code --name value},
 * {@code -nvalue}, short switches put together.
 *
 * <p>By hand, for a library's classes cost more of the start than all that they do; other commands may use one.
 */
final class Flags {
    private static final Set<String> YES = Set.of("1", "t", "T", "true", "TRUE", "True");
    private static final Set<String> NO = Set.of("0", "f", "F", "false", "FALSE", "False");

    private final Map<String, List<String>> given;

    private Flags(Map<String, List<String>> given) {
        this.given = given;
    }

    /** A command line that cannot be read; its message is for the user. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    static Flags parse(String... arguments) throws Refused {
        Map<String, Option> known = new HashMap<>();
        Options.all().forEach(option -> option.names().forEach(name -> known.put(name, option)));
        Map<String, List<String>> given = new LinkedHashMap<>();
        List<String> left = new ArrayList<>(Arrays.asList(arguments));
        while (!left.isEmpty()) {
            String argument = left.removeFirst();
            if (argument.equals("--") && left.isEmpty()) {
                break;
            }
            if (argument.startsWith("--")) {
                int equals = argument.indexOf('=');
                String name = equals < 0 ? argument : argument.substring(0, equals);
                Option flag = known.get(name);
                if (flag == null) {
                    throw new Refused("unknown flag: " + name);
                }
                take(given, flag, equals < 0 ? null : argument.substring(equals + 1), name, left);
            } else if (argument.startsWith("-") && argument.length() > 1) {
                shorts(given, known, argument, left);
            } else {
                throw new Refused("unknown argument: " + argument);
            }
        }
        return new Flags(given);
    }

    /** Letters after one dash: switches, the last of them perhaps a flag with its value. */
    private static void shorts(
            Map<String, List<String>> given, Map<String, Option> known, String argument, List<String> left)
            throws Refused {
        for (int at = 1; at < argument.length(); at++) {
            String name = "-" + argument.charAt(at);
            Option flag = known.get(name);
            if (flag == null) {
                throw new Refused("unknown shorthand flag: '" + argument.charAt(at) + "' in " + argument);
            }
            String rest = argument.substring(at + 1);
            if (flag.kind() != Option.Kind.TRUTH || rest.startsWith("=")) {
                String value = rest.startsWith("=") ? rest.substring(1) : rest.isEmpty() ? null : rest;
                take(given, flag, value, "'" + argument.charAt(at) + "' in " + argument, left);
                return;
            }
            take(given, flag, null, name, left);
        }
    }

    private static void take(
            Map<String, List<String>> given, Option flag, @Nullable String attached, String shown, List<String> left)
            throws Refused {
        String value = attached;
        if (value == null && flag.kind() == Option.Kind.TRUTH) {
            value = "true";
        } else if (value == null) {
            if (left.isEmpty()) {
                throw new Refused("flag needs an argument: " + shown);
            }
            value = left.removeFirst();
        }
        String wrong = wrong(flag, value);
        if (wrong != null) {
            throw new Refused("invalid argument \"" + value + "\" for " + flag.shown() + ": " + wrong);
        }
        List<String> values = given.computeIfAbsent(flag.key(), key -> new ArrayList<>());
        if (!flag.kind().repeats()) {
            // The last one counts.
            values.clear();
        }
        values.add(value);
    }

    /** What is wrong with a value, in pflag's words; null where nothing is. */
    private static @Nullable String wrong(Option flag, String value) {
        return switch (flag.kind()) {
            case TRUTH ->
                YES.contains(value) || NO.contains(value)
                        ? null
                        : "strconv.ParseBool: parsing \"" + value + "\": invalid syntax";
            case NUMBER -> isNumber(value) ? null : "strconv.ParseInt: parsing \"" + value + "\": invalid syntax";
            case ADDRESS -> Address.is(value.strip()) ? null : "failed to parse IP: \"" + value + "\"";
            case TEXT, LIST, PAIRS, OBJECT, OBJECTS -> null;
        };
    }

    private static boolean isNumber(String text) {
        try {
            Integer.parseInt(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    boolean has(String key) {
        return given.containsKey(key);
    }

    @Nullable
    String text(String key) {
        List<String> values = given.get(key);
        return values == null ? null : values.getLast();
    }

    /** Each value of a flag that may be repeated, in their order. */
    List<String> texts(String key) {
        return given.getOrDefault(key, List.of());
    }

    @Nullable
    Boolean truth(String key) {
        String value = text(key);
        return value == null ? null : YES.contains(value);
    }
}
