package io.wharf.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerDetail;
import java.util.LinkedHashSet;
import java.util.Set;

/** A container in the shape that older versions of the API give it. */
final class OldInspect {
    private static final Set<String> PREDEFINED = Set.of("bridge", "host", "none");

    private OldInspect() {}

    /** Aliases once told all names that DNS knows the container by, but for its own. */
    static JsonNode withAliases(ContainerDetail detail) {
        ObjectNode tree = Json.MAPPER.valueToTree(detail);
        tree.path("NetworkSettings").path("Networks").properties().forEach(entry -> {
            if (!PREDEFINED.contains(entry.getKey()) && entry.getValue() instanceof ObjectNode endpoint) {
                Set<String> all = new LinkedHashSet<>();
                endpoint.path("Aliases").forEach(alias -> all.add(alias.asText()));
                all.add(Ids.shortOf(detail.id()));
                String hostname = detail.config().hostname();
                if (!hostname.isEmpty()) {
                    all.add(hostname);
                }
                ArrayNode aliases = endpoint.putArray("Aliases");
                all.forEach(aliases::add);
            }
        });
        return tree;
    }
}
