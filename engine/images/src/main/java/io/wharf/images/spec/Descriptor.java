package io.wharf.images.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a manifest says of a part: its format, digest and size in bytes, and where else it lies (OCI image-spec,
 * descriptor.md).
 */
public record Descriptor(String mediaType, Digest digest, long size, List<String> urls) {
    public Descriptor {
        urls = List.copyOf(urls);
    }

    public Descriptor(String mediaType, Digest digest, long size) {
        this(mediaType, digest, size, List.of());
    }

    static Descriptor of(JsonNode node) {
        long size = node.path("size").asLong(-1);
        if (size < 0) {
            throw WharfException.invalid("invalid manifest: a descriptor has no size");
        }
        List<String> urls = new ArrayList<>();
        for (JsonNode url : node.path("urls")) {
            if (url.asText().startsWith("http://") || url.asText().startsWith("https://")) {
                urls.add(url.asText());
            }
        }
        return new Descriptor(
                node.path("mediaType").asText(""),
                Digest.parse(node.path("digest").asText()),
                size,
                urls);
    }

    ObjectNode toJson() {
        return Json.MAPPER
                .createObjectNode()
                .put("mediaType", mediaType)
                .put("size", size)
                .put("digest", digest.toString());
    }
}
