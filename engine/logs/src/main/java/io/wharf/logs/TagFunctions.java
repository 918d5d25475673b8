package io.wharf.logs;

import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.linux.Host;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields and functions that a tag may use: those of Docker, and of Go's {@code text/template} what fits a tag. */
final class TagFunctions {
    static final Set<String> NAMES = Set.of(
            "printf",
            "print",
            "println",
            "len",
            "index",
            "and",
            "or",
            "not",
            "eq",
            "ne",
            "json",
            "split",
            "join",
            "title",
            "lower",
            "upper",
            "pad",
            "truncate");

    private static final Set<String> FIELDS = Set.of(
            "ID",
            "FullID",
            "Name",
            "ImageID",
            "ImageFullID",
            "ImageName",
            "ImageFullName",
            "DaemonName",
            "Command",
            "Hostname",
            "ExtraAttributes",
            "Config",
            "ContainerID",
            "ContainerName",
            "ContainerImageID",
            "ContainerImageName",
            "ContainerCreated",
            "ContainerEnv",
            "ContainerLabels");

    private static final Pattern VERB = Pattern.compile("%([-+# 0]*)(\\d*)(?:\\.(\\d+))?([a-zA-Z%])");

    private TagFunctions() {}

    static String shortId(String id) {
        var digits = id.substring(id.indexOf(':') + 1);
        return digits.substring(0, Math.min(12, digits.length()));
    }

    /** Whether the container has such a field; refused at create, long before a tag is made. */
    static boolean hasField(String name) {
        return FIELDS.contains(name);
    }

    static Object field(LogSource source, String name) {
        return switch (name) {
            case "ID" -> shortId(source.id());
            case "FullID", "ContainerID" -> source.id();
            case "Name" -> source.name();
            case "ContainerName" -> "/" + source.name();
            case "ImageID" -> shortId(source.imageId());
            case "ImageFullID", "ContainerImageID" -> source.imageId();
            case "ImageName", "ImageFullName", "ContainerImageName" -> source.imageName();
            case "DaemonName" -> source.daemonName();
            case "Command" -> source.command();
            case "Hostname" -> Host.hostname();
            case "ContainerCreated" -> Times.rfc3339Nano(source.createdNanos());
            case "ContainerEnv" -> source.env();
            case "ContainerLabels" -> source.labels();
            case "Config" -> source.options();
            case "ExtraAttributes" -> ExtraAttributes.of(source, UnaryOperator.identity());
            default -> throw noField(name);
        };
    }

    static WharfException noField(String name) {
        return TagTemplate.invalid(
                "executing \"log-tag\" at <." + name + ">: can't evaluate field " + name + " in type *logger.Info");
    }

    static Object call(String function, List<Object> arguments) {
        return switch (function) {
            case "printf" -> printf(text(function, arguments, 0), arguments.subList(1, arguments.size()));
            case "print" -> arguments.stream().map(TagFunctions::show).collect(Collectors.joining());
            case "println" -> arguments.stream().map(TagFunctions::show).collect(Collectors.joining(" ", "", "\n"));
            case "len" -> length(argument(function, arguments, 0));
            case "index" -> index(argument(function, arguments, 0), argument(function, arguments, 1));
            case "and" ->
                arguments.stream().filter(a -> !truth(a)).findFirst().orElseGet(() -> last(function, arguments));
            case "or" ->
                arguments.stream().filter(TagFunctions::truth).findFirst().orElseGet(() -> last(function, arguments));
            case "not" -> !truth(argument(function, arguments, 0));
            case "eq" -> arguments.subList(1, arguments.size()).contains(argument(function, arguments, 0));
            case "ne" -> !argument(function, arguments, 0).equals(argument(function, arguments, 1));
            case "json" -> Json.write(argument(function, arguments, 0));
            case "split" -> split(text(function, arguments, 0), text(function, arguments, 1));
            case "join" ->
                argument(function, arguments, 0) instanceof List<?> parts
                        ? parts.stream()
                                .map(TagFunctions::show)
                                .collect(Collectors.joining(text(function, arguments, 1)))
                        : wrong(function);
            case "title" -> title(text(function, arguments, 0));
            case "lower" -> text(function, arguments, 0).toLowerCase(Locale.ROOT);
            case "upper" -> text(function, arguments, 0).toUpperCase(Locale.ROOT);
            case "pad" -> {
                var text = text(function, arguments, 0);
                yield text.isEmpty()
                        ? text
                        : " ".repeat(count(function, arguments, 1)) + text + " ".repeat(count(function, arguments, 2));
            }
            case "truncate" -> {
                var text = text(function, arguments, 0);
                yield text.substring(0, Math.min(text.length(), count(function, arguments, 1)));
            }
            default -> throw TagTemplate.invalid("function " + OptionValues.quoted(function) + " not defined");
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean truth -> truth;
            case Long number -> number != 0;
            case String text -> !text.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> value != TagExpression.NOTHING;
        };
    }

    /** As Go's {@code fmt} prints a value by default. */
    static String show(Object value) {
        return switch (value) {
            case List<?> list -> list.stream().map(TagFunctions::show).collect(Collectors.joining(" ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> show(entry.getKey()) + ":" + show(entry.getValue()))
                        .sorted()
                        .collect(Collectors.joining(" ", "map[", "]"));
            default -> value.toString();
        };
    }

    private static String printf(String format, List<Object> arguments) {
        var out = new StringBuilder();
        var verb = VERB.matcher(format);
        var next = 0;
        var from = 0;
        while (verb.find()) {
            out.append(format, from, verb.start());
            from = verb.end();
            var letter = verb.group(4).charAt(0);
            if (letter == '%') {
                out.append('%');
            } else if (next >= arguments.size()) {
                out.append("%!").append(letter).append("(MISSING)");
            } else {
                out.append(
                        padded(verb.group(1), verb.group(2), formatted(letter, verb.group(3), arguments.get(next++))));
            }
        }
        return out.append(format, from, format.length()).toString();
    }

    private static String formatted(char verb, @Nullable String precision, Object value) {
        var shown = show(value);
        return switch (verb) {
            case 's', 'v', 'd', 't' ->
                precision == null || verb != 's'
                        ? shown
                        : shown.substring(0, Math.min(shown.length(), Integer.parseInt(precision)));
            case 'q' -> OptionValues.quoted(shown);
            case 'x' -> value instanceof Long number ? Long.toHexString(number) : shown;
            default -> "%!" + verb + "(" + shown + ")";
        };
    }

    private static String padded(String flags, String width, String text) {
        var missing = (width.isEmpty() ? 0 : Math.min(Integer.parseInt(width), 1000)) - text.length();
        if (missing <= 0) {
            return text;
        }
        return flags.contains("-")
                ? text + " ".repeat(missing)
                : (flags.contains("0") ? "0" : " ").repeat(missing) + text;
    }

    private static List<String> split(String text, String by) {
        return List.of(text.split(Pattern.quote(by), -1));
    }

    private static String title(String text) {
        return Pattern.compile("\\b\\p{L}")
                .matcher(text)
                .replaceAll(m -> m.group().toUpperCase(Locale.ROOT));
    }

    private static Object length(Object value) {
        return switch (value) {
            case String text -> (long) text.length();
            case List<?> list -> (long) list.size();
            case Map<?, ?> map -> (long) map.size();
            default -> wrong("len");
        };
    }

    private static Object index(Object of, Object key) {
        if (of instanceof Map<?, ?> map) {
            var value = map.get(key);
            return value == null ? "" : value;
        }
        if (of instanceof List<?> list && key instanceof Long at && at >= 0 && at < list.size()) {
            return list.get(at.intValue());
        }
        return wrong("index");
    }

    private static Object last(String function, List<Object> arguments) {
        return argument(function, arguments, arguments.size() - 1);
    }

    private static Object argument(String function, List<Object> arguments, int at) {
        return at >= 0 && at < arguments.size() ? arguments.get(at) : wrong(function);
    }

    private static String text(String function, List<Object> arguments, int at) {
        return show(argument(function, arguments, at));
    }

    private static int count(String function, List<Object> arguments, int at) {
        return argument(function, arguments, at) instanceof Long number
                ? (int) Math.clamp(number, 0L, 1000L)
                : (int) wrong(function);
    }

    private static Object wrong(String function) {
        throw TagTemplate.invalid("executing \"log-tag\" at <" + function + ">: wrong arguments for " + function);
    }
}
