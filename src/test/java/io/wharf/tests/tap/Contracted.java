package io.wharf.tests.tap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.wharf.openapi.Contract;
import io.wharf.openapi.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the contract says of an operation and its replies. Read once for all tests; the document is not changed. */
final class Contracted {
    static final ObjectMapper JSON = new ObjectMapper();

    private record Route(Operation operation, Pattern path, int fixed) {}

    private static final Pattern VERSION = Pattern.compile("/v([0-9.]+)(/.*)");
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]+}");
    private static final JsonNode DOCUMENT = document();
    private static final int OLDEST = 24;
    private static final int NEWEST =
            minor(DOCUMENT.path("info").path("version").asText());
    private static final List<Route> ROUTES = Contract.operations().stream()
            .map(Contracted::route)
            // The template with the most fixed parts wins.
            .sorted(Comparator.comparingInt((Route route) -> route.fixed).reversed())
            .toList();

    private Contracted() {}

    private static JsonNode document() {
        try {
            return JSON.readTree(Contract.document());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Route route(Operation operation) {
        StringBuilder path = new StringBuilder();
        Matcher parameter = PARAMETER.matcher(operation.path());
        int at = 0;
        while (parameter.find()) {
            path.append(Pattern.quote(operation.path().substring(at, parameter.start())))
                    .append(parameter.group().endsWith("+}") ? ".+" : "[^/]+");
            at = parameter.end();
        }
        path.append(Pattern.quote(operation.path().substring(at)));
        int fixed = (int) Stream.of(operation.path().split("/"))
                .filter(segment -> !segment.startsWith("{"))
                .count();
        return new Route(
                operation,
                Pattern.compile(path.toString()),
                operation.path().indexOf('{') < 0 ? Integer.MAX_VALUE : fixed);
    }

    /** The operation of a request, or null where the contract has no such thing. */
    static @Nullable Operation operation(String method, String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        try {
            path = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
        Matcher versioned = VERSION.matcher(path);
        String plain = versioned.matches() ? versioned.group(2) : path;
        return ROUTES.stream()
                .filter(route -> route.operation.method().equals(method)
                        && route.path.matcher(plain).matches())
                .map(Route::operation)
                .findFirst()
                .orElse(null);
    }

    /** Whether a version is older than the contract is; such clients read errors as text. */
    static boolean old(String target) {
        return !version(target).isEmpty() && minor(version(target)) < OLDEST;
    }

    /** The version that a target begins with as {@code 1.41}, or nothing. */
    static String version(String target) {
        Matcher versioned = VERSION.matcher(target);
        return versioned.matches() ? versioned.group(1) : "";
    }

    /**
     * Whether a version has not got a property.
     *
     * @param version as {@code 1.41}; nothing is the newest
     * @param required where the list of required properties is, from the top of the document
     */
    static boolean hasNot(String version, String required, String property) {
        String owner = required.startsWith("/") ? required : "/" + required;
        JsonNode field = DOCUMENT.at(owner.substring(0, owner.lastIndexOf('/')))
                .path("properties")
                .path(property);
        int asked = version.isEmpty() ? NEWEST : minor(version);
        return (field.has("x-wharf-since") && asked < minor(field, "since"))
                || (field.has("x-wharf-until") && asked > minor(field, "until"));
    }

    private static int minor(JsonNode field, String end) {
        return minor(field.get("x-wharf-" + end).asText());
    }

    private static int minor(String version) {
        return Integer.parseInt(version.substring(version.indexOf('.') + 1));
    }

    /** What the contract says of a status of an operation; missing where it says nothing. */
    static JsonNode response(Operation operation, int status) {
        JsonNode responses = DOCUMENT.path("paths")
                .path(operation.path().replace("+}", "}"))
                .path(operation.method().toLowerCase(Locale.ROOT))
                .path("responses");
        JsonNode found = responses.path(Integer.toString(status));
        return followed(found.isMissingNode() ? responses.path("default") : found);
    }

    /** The node, or what it refers to. */
    static JsonNode followed(JsonNode node) {
        return node.has("$ref") ? followed(DOCUMENT.at(node.get("$ref").asText().substring(1))) : node;
    }

    /** The schemas that others refer to. */
    static JsonNode components() {
        return DOCUMENT.path("components").path("schemas");
    }
}
