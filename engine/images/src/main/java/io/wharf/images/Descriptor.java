package io.wharf.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;

/** What a manifest says of a part: its format, digest and size in bytes (OCI image-spec, descriptor.md). */
record Descriptor(String mediaType, Digest digest, long size) {

    static Descriptor of(JsonNode node) {
        long size = node.path("size").asLong(-1);
        if (size < 0) {
            throw WharfException.invalid("invalid manifest: a descriptor has no size");
        }
        return new Descriptor(
                node.path("mediaType").asText(""),
                Digest.parse(node.path("digest").asText()),
                size);
    }

    ObjectNode toJson() {
        return Json.MAPPER
                .createObjectNode()
                .put("mediaType", mediaType)
                .put("size", size)
                .put("digest", digest.toString());
    }
}
