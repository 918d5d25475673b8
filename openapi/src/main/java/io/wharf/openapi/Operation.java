package io.wharf.openapi;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One operation of the contract, as the router needs it.
 *
 * @param method HTTP method in capitals
 * @param path template without version, such as <code>/images/{name+}/json</code>; a plus marks a greedy parameter, which
 *     may contain slashes
 * @param id operation id
 * @param tag group of operations
 * @param availability whether the engine serves it
 * @param body what the request carries
 * @param answer how the reply travels
 * @param role the least role that may ask for it
 * @param since minor number of the first version that has it, 0 where all have
 * @param query names and types of the query parameters
 */
public record Operation(
        String method,
        String path,
        String id,
        String tag,
        Availability availability,
        Body body,
        Answer answer,
        Role role,
        int since,
        Map<String, QueryType> query) {
    private static final int COLUMNS = 10;

    public Operation {
        query = Map.copyOf(query);
    }

    /** Whether an operation is served, or how it is refused. */
    public enum Availability {
        /** A handler answers it. */
        SERVED,
        /** Belongs to Swarm, which this engine is no member of. */
        SWARM,
        /** Documented, and not in this engine yet. */
        LATER
    }

    /** What a request carries. */
    public enum Body {
        NONE,
        /** JSON, read as a whole and limited in length. */
        JSON,
        /** Bytes that are passed on as they come. */
        STREAM
    }

    /** How a reply travels. */
    public enum Answer {
        /** In one piece, or as a stream that the handler chooses. */
        PLAIN,
        /** The connection becomes a raw stream in both ways. */
        HIJACK
    }

    /** Types of query parameters. */
    public enum QueryType {
        STRING,
        BOOLEAN,
        INTEGER,
        /** Repeated, or one value of several parts. */
        STRINGS
    }

    /** One line of the route table: ten columns with tabs between them. */
    String line() {
        StringBuilder parameters = new StringBuilder();
        query.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(parameter -> parameters
                        .append(parameters.isEmpty() ? "" : ",")
                        .append(parameter.getKey())
                        .append(':')
                        .append(lower(parameter.getValue())));
        return String.join(
                "\t",
                method,
                path,
                id,
                tag,
                lower(availability),
                lower(body),
                lower(answer),
                lower(role),
                String.valueOf(since),
                parameters.toString());
    }

    static Operation ofLine(String line) {
        String[] column = line.split("\t", -1);
        if (column.length != COLUMNS) {
            throw new IllegalArgumentException("route table: not " + COLUMNS + " columns: " + line);
        }
        Map<String, QueryType> query = new LinkedHashMap<>();
        for (String parameter : column[9].isEmpty() ? new String[0] : column[9].split(",")) {
            int colon = parameter.indexOf(':');
            query.put(parameter.substring(0, colon), QueryType.valueOf(upper(parameter.substring(colon + 1))));
        }
        return new Operation(
                column[0],
                column[1],
                column[2],
                column[3],
                Availability.valueOf(upper(column[4])),
                Body.valueOf(upper(column[5])),
                Answer.valueOf(upper(column[6])),
                Role.valueOf(upper(column[7])),
                Integer.parseInt(column[8]),
                query);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
