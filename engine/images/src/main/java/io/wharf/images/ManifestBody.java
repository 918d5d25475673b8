package io.wharf.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.images.AddImage.ManifestText;
import java.util.ArrayList;
import java.util.List;

/** What a manifest or an index says: OCI's and Docker's schema 2, which differ in the names of their formats only. */
final class ManifestBody {
    static final List<String> ACCEPTED =
            List.of(MediaTypes.DOCKER_MANIFEST, MediaTypes.DOCKER_LIST, MediaTypes.OCI_MANIFEST, MediaTypes.OCI_INDEX);

    private final ManifestText text;
    private final JsonNode root;

    private ManifestBody(ManifestText text, JsonNode root) {
        this.text = text;
        this.root = root;
    }

    /** Reads a manifest; the format it names itself must not contradict the one it was announced with. */
    static ManifestBody parse(String announced, byte[] body) {
        AddImage.requireText(body);
        JsonNode root = Json.parse(body, JsonNode.class);
        String type = announced.split(";")[0].strip();
        String own = root.path("mediaType").asText("");
        if (root.path("schemaVersion").asInt() == 1) {
            throw WharfException.notImplemented("Docker Image Format v1 and Docker Image manifest version 2, schema 1"
                    + " are not supported: push the image again with a newer docker");
        }
        if (!ACCEPTED.contains(type)) {
            type = own;
        }
        if (!own.isEmpty() && !own.equals(type)) {
            throw WharfException.invalid("invalid manifest: announced as " + type + ", but it is " + own);
        }
        if (type.isEmpty()) {
            type = root.path("manifests").isArray() ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
        }
        if (!ACCEPTED.contains(type)) {
            throw WharfException.invalid("unsupported manifest media type " + type);
        }
        return new ManifestBody(new ManifestText(Digest.of(body), type, body), root);
    }

    ManifestText text() {
        return text;
    }

    Digest digest() {
        return text.digest();
    }

    static boolean isIndex(String mediaType) {
        return mediaType.equals(MediaTypes.OCI_INDEX) || mediaType.equals(MediaTypes.DOCKER_LIST);
    }

    boolean isIndex() {
        return isIndex(text.mediaType());
    }

    /** The manifest of an index that fits a platform. */
    Descriptor choose(Platform wanted) {
        for (JsonNode row : root.path("manifests")) {
            JsonNode platform = row.path("platform");
            if (ACCEPTED.contains(row.path("mediaType").asText(MediaTypes.OCI_MANIFEST))
                    && wanted.accepts(
                            platform.path("os").asText(""),
                            platform.path("architecture").asText(""),
                            platform.path("variant").asText(""))) {
                return Descriptor.of(row);
            }
        }
        throw WharfException.notFound("no matching manifest for " + wanted + " in the manifest list entries");
    }

    Descriptor config() {
        Descriptor config = Descriptor.of(root.path("config"));
        if (!config.mediaType().equals(MediaTypes.DOCKER_CONFIG)
                && !config.mediaType().equals(MediaTypes.OCI_CONFIG)) {
            throw WharfException.invalid("unsupported image config media type " + config.mediaType());
        }
        return config;
    }

    List<Descriptor> layers() {
        List<Descriptor> layers = new ArrayList<>();
        for (JsonNode row : root.path("layers")) {
            Descriptor layer = Descriptor.of(row);
            if (layer.mediaType().equals(MediaTypes.DOCKER_FOREIGN)
                    || layer.mediaType().contains("nondistributable")) {
                throw WharfException.notImplemented("layers of type " + layer.mediaType() + " are not supported");
            }
            layers.add(layer);
        }
        return layers;
    }

    /** A schema 2 manifest, as Docker pushes it. */
    static ManifestBody write(Descriptor config, List<Descriptor> layers) {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("schemaVersion", 2).put("mediaType", MediaTypes.DOCKER_MANIFEST);
        root.set("config", config.toJson());
        ArrayNode rows = root.putArray("layers");
        layers.forEach(layer -> rows.add(layer.toJson()));
        return parse(MediaTypes.DOCKER_MANIFEST, Json.writeBytes(root));
    }
}
