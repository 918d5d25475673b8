package io.wharf.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Puts the replies that every operation can give into each that does not tell of them in words of its own. */
final class CommonReplies {
    private static final String KEY = "x-wharf-responses";

    /** Only bodies that are read in one piece can be too long. */
    private static final String TOO_LARGE = "413";

    private CommonReplies() {}

    static void add(ObjectNode document) {
        JsonNode common = document.path(KEY).deepCopy();
        document.remove(KEY);
        document.path("paths").forEach(item -> item.properties().forEach(entry -> add(document, common, entry)));
    }

    private static void add(ObjectNode document, JsonNode common, Map.Entry<String, JsonNode> entry) {
        if (!(entry.getValue().path("responses") instanceof ObjectNode replies)) {
            return;
        }
        JsonNode body = entry.getValue().path("requestBody");
        boolean takesJson =
                !body.isMissingNode() && !body.path("x-wharf-stream").asBoolean();
        common.properties().forEach(reply -> {
            if (!replies.has(reply.getKey()) && (takesJson || !reply.getKey().equals(TOO_LARGE))) {
                replies.set(reply.getKey(), reply.getValue());
            }
        });
        if (entry.getKey().equals("head")) {
            replies.properties().forEach(reply -> reply.setValue(headOf(document, reply.getValue())));
        }
    }

    /** What answers HEAD is a head. */
    private static JsonNode headOf(ObjectNode document, JsonNode reply) {
        String reference = reply.path("$ref").asText();
        JsonNode whole = reference.isEmpty() ? reply : document.at(reference.substring(1));
        return whole instanceof ObjectNode object ? object.deepCopy().without("content") : reply;
    }
}
