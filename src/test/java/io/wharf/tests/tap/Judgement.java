package io.wharf.tests.tap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ValidationMessage;
import io.wharf.openapi.Operation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds one reply against the contract: status, type, promised headers, and the body against its schema, as a whole or
 * line by line as it comes. Bytes that the contract does not describe are not kept.
 */
final class Judgement {
    private enum Form {
        /** Nothing is looked at. */
        OPAQUE,
        EMPTY,
        WHOLE,
        LINES,
        /** Lines of Server-Sent Events; their data is looked at. */
        EVENTS
    }

    private static final int BAD_REQUEST = 400;
    private static final int FAILURE = 500;
    private static final int LONGEST = 16 << 20;
    private static final int EXCERPT = 300;

    private final Dialogue.Request request;
    private final int status;
    private final Map<String, String> headers;
    private final Disagreements disagreements;
    private final JsonNode schema;
    private final Form form;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean some;

    Judgement(Dialogue.Request request, int status, Map<String, String> headers, Disagreements disagreements) {
        this.request = request;
        this.status = status;
        this.headers = headers;
        this.disagreements = disagreements;
        Disagreements.seen(
                request.operation() == null ? "" : request.operation().id(), status);
        JsonNode response = response(request.operation());
        if (response == null) {
            schema = Contracted.JSON.missingNode();
            form = Form.OPAQUE;
            return;
        }
        response.path("headers").properties().forEach(entry -> {
            String value = headers.get(entry.getKey().toLowerCase(Locale.ROOT));
            JsonNode header = Contracted.followed(entry.getValue());
            if (value == null && header.path("required").asBoolean()) {
                complain("headers/" + entry.getKey(), "is promised and missing", "");
            } else if (value != null) {
                check(
                        header.path("schema"),
                        Contracted.JSON.getNodeFactory().textNode(value),
                        "headers/" + entry.getKey());
            }
        });
        JsonNode content = response.path("content");
        JsonNode media = content.path(type());
        schema = media.path("schema");
        form = form(response, content, media);
    }

    private String type() {
        return headers.getOrDefault("content-type", "").split(";")[0].strip().toLowerCase(Locale.ROOT);
    }

    /** The part of the contract that this reply must keep; null where there is none, which has been told then. */
    private @Nullable JsonNode response(@Nullable Operation operation) {
        if (operation == null) {
            boolean refused = status >= BAD_REQUEST && status < FAILURE;
            if (!refused
                    && !request.method().equals("OPTIONS")
                    && !request.method().equals("HEAD")) {
                complain("paths", "knows no such operation, and the reply does not refuse it", "");
            }
            return null;
        }
        JsonNode response = Contracted.response(operation, status);
        if (response.isMissingNode()) {
            if (status != BAD_REQUEST || !refusedVersion()) {
                complain("responses", "has no " + status, "");
            }
            return null;
        }
        return response;
    }

    /** Every operation refuses versions out of range, whatever else it answers. */
    private boolean refusedVersion() {
        return !Contracted.version(request.target()).isEmpty();
    }

    private Form form(JsonNode response, JsonNode content, JsonNode media) {
        if (status == 101 || request.method().equals("HEAD") || answersRaw()) {
            return Form.OPAQUE;
        }
        if (content.isMissingNode()) {
            return Form.EMPTY;
        }
        if (media.isMissingNode()) {
            if (status >= BAD_REQUEST && type().equals("text/plain") && Contracted.old(request.target())) {
                return Form.OPAQUE;
            }
            complain("content", "has no " + (type().isEmpty() ? "reply without a type" : type()), "");
            return Form.OPAQUE;
        }
        if (schema.isMissingNode()) {
            return Form.OPAQUE;
        }
        if (type().equals("text/event-stream")) {
            return Form.EVENTS;
        }
        boolean json = type().equals("application/json") || type().endsWith("+json");
        boolean lines = type().endsWith("ndjson") || type().endsWith("json-seq") || type().endsWith("jsonl");
        if (lines || (json && response.path("x-wharf-stream").asBoolean())) {
            return Form.LINES;
        }
        return json || type().equals("text/plain") ? Form.WHOLE : Form.OPAQUE;
    }

    private boolean answersRaw() {
        return request.operation() != null
                && request.operation().answer() == Operation.Answer.HIJACK
                && status < BAD_REQUEST;
    }

    void body(ByteBuffer piece) {
        some |= piece.hasRemaining();
        if (form == Form.OPAQUE || kept.size() > LONGEST) {
            return;
        }
        byte[] bytes = new byte[piece.remaining()];
        piece.get(bytes);
        if (form == Form.LINES || form == Form.EVENTS) {
            int from = 0;
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == '\n') {
                    kept.write(bytes, from, i - from);
                    line();
                    from = i + 1;
                }
            }
            kept.write(bytes, from, bytes.length - from);
        } else {
            kept.writeBytes(bytes);
        }
    }

    void end() {
        switch (form) {
            case OPAQUE -> {}
            case EMPTY -> {
                if (some) {
                    complain("content", "is not there, and the reply has a body", text());
                }
            }
            case LINES, EVENTS -> line();
            case WHOLE -> {
                if (kept.size() <= LONGEST) {
                    value(text(), "content");
                }
            }
        }
    }

    private String text() {
        return kept.toString(StandardCharsets.UTF_8);
    }

    private void line() {
        String line = text().strip();
        kept.reset();
        if (form == Form.EVENTS) {
            line = line.startsWith("data:") ? line.substring("data:".length()).strip() : "";
        } else if (!line.isEmpty() && line.charAt(0) == '\u001e') {
            line = line.substring(1);
        }
        if (!line.isEmpty()) {
            value(line, "content");
        }
    }

    private void value(String text, String where) {
        if (type().equals("text/plain")) {
            check(schema, Contracted.JSON.getNodeFactory().textNode(text), where);
            return;
        }
        try {
            JsonNode value = Contracted.JSON.readTree(text);
            check(schema, value, where);
        } catch (JsonProcessingException e) {
            complain(where, "is no JSON: " + e.getOriginalMessage(), text);
        }
    }

    private void check(JsonNode against, JsonNode value, String where) {
        if (against.isMissingNode()) {
            return;
        }
        for (ValidationMessage message : Strict.complaints(against, value)) {
            if (laterThanAsked(message)) {
                continue;
            }
            JsonNode at = message.getInstanceNode();
            if (at != null && message.getProperty() != null && at.has(message.getProperty())) {
                at = at.get(message.getProperty());
            }
            complain(
                    where + " " + place(message.getSchemaLocation().toString()),
                    message.getMessage(),
                    at == null ? value.toString() : at.toString());
        }
    }

    /** Whether a field is missing that the version asked for has not got yet, or has no longer. */
    private boolean laterThanAsked(ValidationMessage message) {
        return message.getType().equals("required")
                && Contracted.hasNot(
                        Contracted.version(request.target()),
                        place(message.getSchemaLocation().toString()),
                        message.getProperty());
    }

    /** Where in the document a schema is; one that stands in its operation begins with a slash. */
    private static String place(String location) {
        return location.substring(location.indexOf('#') + 1)
                .replace("/$defs/", "components/schemas/")
                .replace("~open", "");
    }

    private void complain(String where, String what, String excerpt) {
        Operation operation = request.operation();
        disagreements.add(
                (operation == null ? request.method() + " " + request.target() : operation.id()) + " " + status,
                where,
                what,
                request.target() + " " + (excerpt.length() > EXCERPT ? excerpt.substring(0, EXCERPT) + "…" : excerpt));
    }
}
