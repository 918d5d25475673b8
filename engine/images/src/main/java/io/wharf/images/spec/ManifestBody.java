package io.wharf.images.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a manifest or an index says: OCI's and Docker's schema 2, which differ in the names of their formats only. */
public final class ManifestBody {
    public static final List<String> ACCEPTED =
            List.of(MediaTypes.DOCKER_MANIFEST, MediaTypes.DOCKER_LIST, MediaTypes.OCI_MANIFEST, MediaTypes.OCI_INDEX);

    private static final String REFERENCE_TYPE = "vnd.docker.reference.type";
    private static final String REFERENCE_DIGEST = "vnd.docker.reference.digest";
    private static final String ATTESTATION = "attestation-manifest";
    private static final String PREDICATE_TYPE = "in-toto.io/predicate-type";
    /** Builders write one manifest of a few statements; a registry may write anything. */
    private static final int MOST_ATTESTATIONS = 16;

    private static final int MOST_STATEMENTS = 64;

    private final ManifestText text;
    private final JsonNode root;

    private ManifestBody(ManifestText text, JsonNode root) {
        this.text = text;
        this.root = root;
    }

    /** Reads a manifest; the format it names itself must not contradict the one it was announced with. */
    public static ManifestBody parse(String announced, byte[] body) {
        ExactText.require(body);
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

    public ManifestText text() {
        return text;
    }

    public Digest digest() {
        return text.digest();
    }

    public static boolean isIndex(String mediaType) {
        return mediaType.equals(MediaTypes.OCI_INDEX) || mediaType.equals(MediaTypes.DOCKER_LIST);
    }

    public boolean isIndex() {
        return isIndex(text.mediaType());
    }

    /** The manifest of an index that fits a platform best. */
    public Descriptor choose(Platform wanted) {
        Descriptor best = null;
        int rank = Integer.MAX_VALUE;
        List<String> there = new ArrayList<>();
        for (JsonNode row : images()) {
            Platform platform = platform(row);
            int here = wanted.rank(platform);
            there.add(platform.toString());
            if (here >= 0 && here < rank) {
                rank = here;
                best = Descriptor.of(row);
            }
        }
        if (best == null) {
            throw WharfException.notFound("no matching manifest for " + wanted + " in the manifest list entries: "
                    + (there.isEmpty() ? "it has none" : "it has " + String.join(", ", there)));
        }
        return best;
    }

    /** The platforms of an index's images. */
    public List<Platform> platforms() {
        return images().stream().map(ManifestBody::platform).toList();
    }

    private static Platform platform(JsonNode row) {
        JsonNode platform = row.path("platform");
        return new Platform(
                platform.path("os").asText(""),
                platform.path("architecture").asText(""),
                platform.path("variant").asText(""));
    }

    /** Rows that are images; attestations have an unknown platform. */
    private List<JsonNode> images() {
        List<JsonNode> rows = new ArrayList<>();
        for (JsonNode row : root.path("manifests")) {
            if (ACCEPTED.contains(row.path("mediaType").asText(MediaTypes.OCI_MANIFEST))
                    && !row.path("platform").path("os").asText("").equals("unknown")) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** Where an index tells what is attested of one of its images, as BuildKit writes it. */
    public List<Descriptor> attestationsOf(Digest image) {
        return attestations(root.path("manifests"), image);
    }

    /** The same of the rows of an index: the first ones, each once. */
    public static List<Descriptor> attestations(Iterable<JsonNode> rows, Digest image) {
        Map<Digest, Descriptor> found = new LinkedHashMap<>();
        for (JsonNode row : rows) {
            JsonNode notes = row.path("annotations");
            if (found.size() < MOST_ATTESTATIONS
                    && notes.path(REFERENCE_TYPE).asText("").equals(ATTESTATION)
                    && notes.path(REFERENCE_DIGEST).asText("").equals(image.toString())) {
                Descriptor one = Descriptor.of(row);
                found.putIfAbsent(one.digest(), one);
            }
        }
        return List.copyOf(found.values());
    }

    /**
     * A statement that a manifest of attestations holds.
     *
     * @param descriptor of the part, as JSON
     */
    public record Statement(Descriptor part, String predicateType, String descriptor) {}

    /** The first ones of those that say of what kind they are. */
    public List<Statement> statements() {
        List<Statement> found = new ArrayList<>();
        for (JsonNode row : root.path("layers")) {
            String type = row.path("annotations").path(PREDICATE_TYPE).asText("");
            if (!type.isEmpty() && found.size() < MOST_STATEMENTS) {
                found.add(new Statement(Descriptor.of(row), type, Json.write(described(row))));
            }
        }
        return found;
    }

    /** What OCI's descriptors have, and no more. */
    private static ObjectNode described(JsonNode row) {
        ObjectNode shown = Descriptor.of(row).toJson();
        ObjectNode notes = shown.putObject("annotations");
        row.path("annotations")
                .properties()
                .forEach(note -> notes.put(note.getKey(), note.getValue().asText()));
        return shown;
    }

    public Descriptor config() {
        Descriptor config = Descriptor.of(root.path("config"));
        if (!config.mediaType().equals(MediaTypes.DOCKER_CONFIG)
                && !config.mediaType().equals(MediaTypes.OCI_CONFIG)) {
            throw WharfException.invalid("unsupported image config media type " + config.mediaType());
        }
        return config;
    }

    public List<Descriptor> layers() {
        List<Descriptor> layers = new ArrayList<>();
        for (JsonNode row : root.path("layers")) {
            layers.add(Descriptor.of(row));
        }
        return layers;
    }

    /** A schema 2 manifest, as Docker pushes it. */
    public static ManifestBody write(Descriptor config, List<Descriptor> layers) {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("schemaVersion", 2).put("mediaType", MediaTypes.DOCKER_MANIFEST);
        root.set("config", config.toJson());
        ArrayNode rows = root.putArray("layers");
        layers.forEach(layer -> rows.add(layer.toJson()));
        return parse(MediaTypes.DOCKER_MANIFEST, Json.writeBytes(root));
    }
}
