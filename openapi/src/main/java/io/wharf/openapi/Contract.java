package io.wharf.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the build made of the contract: the operations, and the merged document. */
public final class Contract {
    static final String ROUTES = "routes.tsv";
    static final String DOCUMENT = "openapi.json";

    private Contract() {}

    /** The operations, in the order of their paths. */
    public static List<Operation> operations() {
        return new String(read(ROUTES), StandardCharsets.UTF_8)
                .lines()
                .map(Operation::ofLine)
                .toList();
    }

    /** The whole contract as JSON in UTF-8, read anew at each call. */
    public static byte[] document() {
        return read(DOCUMENT);
    }

    private static byte[] read(String name) {
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
