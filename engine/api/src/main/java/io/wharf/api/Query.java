package io.wharf.api;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.wharf.base.WharfException;
import io.wharf.openapi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The query of a request, read as the contract declares its parameters. */
final class Query {
    private static final Set<String> FALSE = Set.of("", "0", "no", "false", "none");
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");
    private static final int MOST_PARAMETERS = 4096;
    private static final long MOST_CELLS = (1L << 32) - 1;

    private final Operation operation;
    private final Map<String, List<String>> values;

    Query(Operation operation, String uri) {
        this.operation = operation;
        try {
            values = new QueryStringDecoder(uri, StandardCharsets.UTF_8, true, MOST_PARAMETERS, true).parameters();
        } catch (IllegalArgumentException e) {
            throw WharfException.invalid("invalid query: " + e.getMessage());
        }
    }

    private List<String> all(String name, Operation.QueryType type) {
        // A handler that reads what the contract does not tell would be a route beside the contract.
        if (operation.query().get(name) != type) {
            throw new IllegalStateException(operation.id() + " declares no " + type + " parameter " + name);
        }
        return values.getOrDefault(name, List.of());
    }

    private static @Nullable String first(List<String> values) {
        return values.isEmpty() ? null : values.getFirst();
    }

    /** The value, or null where it is absent or empty. */
    @Nullable
    String text(String name) {
        String value = first(all(name, Operation.QueryType.STRING));
        return value == null || value.isEmpty() ? null : value;
    }

    String text(String name, String otherwise) {
        String value = text(name);
        return value == null ? otherwise : value;
    }

    /** Repeated values in their order. */
    List<String> texts(String name) {
        return List.copyOf(all(name, Operation.QueryType.STRINGS));
    }

    boolean flag(String name) {
        return flag(name, false);
    }

    boolean flag(String name, boolean otherwise) {
        String value = first(all(name, Operation.QueryType.BOOLEAN));
        if (value == null) {
            return otherwise;
        }
        return !FALSE.contains(value.trim().toLowerCase(Locale.ROOT));
    }

    /** The number, or null where it is absent or empty. */
    @Nullable
    Integer number(String name) {
        String value = first(all(name, Operation.QueryType.INTEGER));
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (!NUMBER.matcher(value).matches()) {
            throw WharfException.invalid("strconv.Atoi: parsing \"" + value + "\": invalid syntax");
        }
        try {
            // Numbers have 64 bits in Docker; what is beyond 32 means no more than the largest of these.
            return Math.clamp(Long.parseLong(value), Integer.MIN_VALUE, Integer.MAX_VALUE);
        } catch (NumberFormatException e) {
            throw WharfException.invalid("strconv.Atoi: parsing \"" + value + "\": value out of range");
        }
    }

    int number(String name, int otherwise) {
        Integer value = number(name);
        return value == null ? otherwise : value;
    }

    /** A side of a terminal, which must be there; the words are Docker's. */
    int size(String name, String side) {
        String value = first(all(name, Operation.QueryType.INTEGER));
        String given = value == null ? "" : value;
        if (!given.matches("-?[0-9]+")) {
            throw badSize(side, given, "invalid syntax");
        }
        try {
            long number = Long.parseLong(given);
            if (number < 0 || number > MOST_CELLS) {
                throw badSize(side, given, "value out of range");
            }
            return (int) Math.min(number, Integer.MAX_VALUE);
        } catch (NumberFormatException e) {
            throw badSize(side, given, "value out of range");
        }
    }

    private static WharfException badSize(String side, String given, String why) {
        return WharfException.invalid("invalid resize " + side + " \"" + given + "\": " + why);
    }
}
