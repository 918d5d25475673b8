package io.wharf.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import java.util.Map;

/**
 * Takes the environment out of what is shown to those who only look: secrets are passed in it. Every list of the name
 * {@code Env}, wherever it stands, is shown empty.
 */
final class HideEnvironment {
    private static final String NAME = "Env";

    private HideEnvironment() {}

    static Reply in(Reply reply) {
        if (!(reply instanceof Reply.Json(int status, Object body))) {
            return reply;
        }
        JsonNode tree = Json.parse(WriteReply.line(body).getBytes(), JsonNode.class);
        hide(tree);
        return new Reply.Json(status, tree);
    }

    private static void hide(JsonNode node) {
        if (node instanceof ArrayNode array) {
            array.forEach(HideEnvironment::hide);
        } else if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (field.getKey().equalsIgnoreCase(NAME) && field.getValue().isArray()) {
                    field.setValue(Json.MAPPER.createArrayNode());
                } else {
                    hide(field.getValue());
                }
            }
        }
    }
}
