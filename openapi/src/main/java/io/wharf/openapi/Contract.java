package io.wharf.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the build made of the contract: the operations, and the merged document. */
public final class Contract {
    static final String ROUTES = "routes.tsv";
    static final String RULES = "queries.tsv";
    static final String DOCUMENT = "openapi.json";
    static final String YAML = "openapi.yaml";

    private Contract() {}

    /** The operations, in the order of their paths. */
    public static List<Operation> operations() {
        return new String(read(ROUTES), StandardCharsets.UTF_8)
                .lines()
                .map(Operation::ofLine)
                .toList();
    }

    /** What queries are checked by, by operation id. */
    public static Map<String, List<QueryRule>> queryRules() {
        return new String(read(RULES), StandardCharsets.UTF_8)
                .lines()
                .map(QueryRule::ofLine)
                .collect(Collectors.groupingBy(QueryRule::operation));
    }

    /** The whole contract as JSON in UTF-8, read anew at each call. */
    public static byte[] document() {
        return read(DOCUMENT);
    }

    /** The whole contract as YAML in UTF-8, read anew at each call. */
    public static byte[] yaml() {
        return read(YAML);
    }

    static byte[] read(String name) {
        try (InputStream in = Contract.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the build has left out " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
