package io.wharf.containers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;

/**
 * What conmon says on its sync pipe: {@code {"pid": 12}}, or {@code {"pid": -1, "message": "…"}}; {@code data} instead of
 * {@code pid} from version 1 of its interface on.
 *
 * @param number a pid, or the exit code of an exec; negative for a failure
 * @param message the failure in the runtime's words, or empty
 */
record SyncMessage(int number, String message) {
    static SyncMessage parse(String line) {
        JsonNode node;
        try {
            node = Json.MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            node = null;
        }
        if (node == null || !node.isObject()) {
            return new SyncMessage(
                    -1, "the monitor ended without a word" + (line.isBlank() ? "" : ": " + line.strip()));
        }
        JsonNode number = node.has("pid") ? node.get("pid") : node.path("data");
        return new SyncMessage(number.asInt(-1), node.path("message").asText("").strip());
    }

    boolean failed() {
        return number < 0;
    }
}
