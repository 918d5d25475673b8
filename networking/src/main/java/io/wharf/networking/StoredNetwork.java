package io.wharf.networking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a network as {@link Json#write} wrote it, field by field: each start of the engine does so before it serves, and to
 * have Jackson look at the records first is most of the cost.
 */
final class StoredNetwork {
    private StoredNetwork() {}

    static Network read(String text) {
        try {
            JsonNode tree = Json.MAPPER.readTree(text);
            return new Network(
                    tree.path("Id").asText(),
                    tree.path("Name").asText(),
                    tree.path("CreatedNanos").asLong(),
                    Driver.of(tree.path("Driver").asText()),
                    tree.path("Internal").asBoolean(),
                    tree.path("Attachable").asBoolean(),
                    tree.path("ConfigOnly").asBoolean(),
                    tree.path("ConfigFrom").asText(),
                    tree.path("Scope").asText(Network.LOCAL),
                    // Networks of earlier versions do not say, and had no other.
                    tree.path("EnableIPv4").asBoolean(true),
                    tree.path("EnableIPv6").asBoolean(),
                    ipam(tree.path("IPAM")),
                    orEmpty(texts(tree.path("Options"))),
                    orEmpty(texts(tree.path("Labels"))));
        } catch (JsonProcessingException e) {
            throw WharfException.internal("cannot read stored Network: " + e.getOriginalMessage(), e);
        }
    }

    private static Ipam ipam(JsonNode tree) {
        List<IpamConfig> config = new ArrayList<>();
        tree.path("Config")
                .forEach(one -> config.add(new IpamConfig(
                        text(one, "Subnet"),
                        text(one, "IPRange"),
                        text(one, "Gateway"),
                        texts(one.path("AuxiliaryAddresses")))));
        return new Ipam(tree.path("Driver").asText(), texts(tree.path("Options")), config);
    }

    private static @Nullable String text(JsonNode tree, String name) {
        return tree.hasNonNull(name) ? tree.get(name).asText() : null;
    }

    private static @Nullable Map<String, String> texts(JsonNode object) {
        if (!object.isObject()) {
            return null;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> texts) {
        return texts == null ? Map.of() : texts;
    }
}
