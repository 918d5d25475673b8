package io.wharf.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.CreateContainer;
import java.util.Map;

/** Refuses NUL bytes: the kernel ends every text at one, so what is behind it would be lost in silence. */
final class CheckText {
    private CheckText() {}

    static void check(CreateContainer request) {
        search("Config", Json.MAPPER.valueToTree(request.config()));
        search("HostConfig", Json.MAPPER.valueToTree(request.hostConfig()));
        search("NetworkingConfig", Json.MAPPER.valueToTree(request.networking()));
    }

    private static void search(String field, JsonNode value) {
        if (value.isTextual()) {
            refuse(field, value.textValue());
        } else if (value.isObject()) {
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                refuse(field, entry.getKey());
                search(field + "." + entry.getKey(), entry.getValue());
            }
        } else {
            value.forEach(element -> search(field, element));
        }
    }

    private static void refuse(String field, String text) {
        if (text.indexOf('\0') >= 0) {
            throw WharfException.invalid("invalid " + field + ": it must not contain a NUL byte");
        }
    }
}
