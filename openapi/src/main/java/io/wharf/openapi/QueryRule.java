package io.wharf.openapi;

import java.util.List;

/**
 * What the contract asks of a query parameter beyond its type's name.
 *
 * @param operation id of the operation
 * @param parameter its name
 * @param integer whether it is a number of 64 bits
 * @param required whether it must be there and not empty
 * @param since minor number of the first version that has it; to older ones it means nothing
 * @param minimum least value of a number
 * @param maximum largest value of a number
 * @param words all values of a text, or none where any will do
 * @param refusal words before the reason why a value is refused, with {@code {}} for the value
 * @param missing words for a request without it
 */
public record QueryRule(
        String operation,
        String parameter,
        boolean integer,
        boolean required,
        int since,
        long minimum,
        long maximum,
        List<String> words,
        String refusal,
        String missing) {
    private static final int COLUMNS = 10;
    private static final String BAR = "|";

    public QueryRule {
        words = List.copyOf(words);
    }

    /** One line of the table: ten columns with tabs between them. */
    String line() {
        return String.join(
                "\t",
                operation,
                parameter,
                String.valueOf(integer),
                String.valueOf(required),
                String.valueOf(since),
                String.valueOf(minimum),
                String.valueOf(maximum),
                String.join(BAR, words),
                refusal,
                missing);
    }

    static QueryRule ofLine(String line) {
        String[] column = line.split("\t", -1);
        if (column.length != COLUMNS) {
            throw new IllegalArgumentException("table of queries: not " + COLUMNS + " columns: " + line);
        }
        return new QueryRule(
                column[0],
                column[1],
                Boolean.parseBoolean(column[2]),
                Boolean.parseBoolean(column[3]),
                Integer.parseInt(column[4]),
                Long.parseLong(column[5]),
                Long.parseLong(column[6]),
                column[7].isEmpty() ? List.of() : List.of(column[7].split("\\|")),
                column[8],
                column[9]);
    }
}
