package io.wharf.api;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.wharf.base.WharfException;
import io.wharf.openapi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The query of a request, read as the contract declares its parameters. */
final class Query {
    private static final Set<String> FALSE = Set.of("", "0", "no", "false", "none");
    private static final int MOST_PARAMETERS = 4096;

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

    /** What stands there first, as it is; null where it is absent. */
    @Nullable
    String given(String name) {
        return first(values.getOrDefault(name, List.of()));
    }

    /** The number, or null where it is absent or empty; that it is one has been checked by the contract. */
    @Nullable
    Integer number(String name) {
        String value = first(all(name, Operation.QueryType.INTEGER));
        if (value == null || value.isEmpty()) {
            return null;
        }
        // Numbers have 64 bits in Docker; what is beyond 32 means no more than the largest of these.
        return Math.clamp(Long.parseLong(value), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    int number(String name, int otherwise) {
        Integer value = number(name);
        return value == null ? otherwise : value;
    }
}
