package io.wharf.images.archives;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.ManifestText;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.Platform;
import io.wharf.images.spec.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The images of an OCI image layout in an archive (OCI image-spec, image-layout.md). Of an image for several platforms the
 * one for this machine is taken, or the one that is wanted; what is no image, such as an attestation, is passed over.
 */
final class ArchivedLayout {
    static final String INDEX = "index.json";

    private static final String NAME = "io.containerd.image.name";
    private static final String REF = "org.opencontainers.image.ref.name";
    private static final String UNKNOWN = "unknown";
    /** Indexes may name indexes; no tool nests them deeper. */
    private static final int DEPTH = 4;

    private final Spool spool;
    private final @Nullable Platform wanted;
    private final List<ArchivedImage> images = new ArrayList<>();

    ArchivedLayout(Spool spool, @Nullable Platform wanted) {
        this.spool = spool;
        this.wanted = wanted;
    }

    List<ArchivedImage> images() throws IOException {
        // Rows of one name are one image for several platforms.
        Map<List<Reference>, List<JsonNode>> rows = new LinkedHashMap<>();
        JsonNode top = tree(spool.document(INDEX)).path("manifests");
        for (JsonNode row : top) {
            rows.computeIfAbsent(names(row), names -> new ArrayList<>()).add(row);
        }
        for (Map.Entry<List<Reference>, List<JsonNode>> group : rows.entrySet()) {
            for (JsonNode row : chosen(group.getValue())) {
                add(row, top, group.getKey(), DEPTH);
            }
        }
        if (images.isEmpty() && wanted == null) {
            throw WharfException.invalid("invalid archive: no image for " + Platform.HOST + " is in it");
        }
        return List.copyOf(images);
    }

    /** The images whose layers lie in it packed, by the digests of their configs. */
    static Map<Digest, ArchivedImage> packedImages(Spool spool) throws IOException {
        ArchivedLayout layout = new ArchivedLayout(spool, null);
        Map<Digest, ArchivedImage> found = new HashMap<>();
        layout.collect(tree(spool.document(INDEX)), DEPTH, found);
        return found;
    }

    private void collect(JsonNode index, int depth, Map<Digest, ArchivedImage> found) throws IOException {
        for (JsonNode row : index.path("manifests")) {
            Digest digest = Digest.parse(row.path("digest").asText());
            if (depth == 0 || spool.file(Spool.name(digest)).isEmpty()) {
                continue;
            }
            JsonNode manifest = tree(spool.blob(digest));
            if (manifest.path("manifests").isArray()) {
                collect(manifest, depth - 1, found);
            } else if (isImage(manifest) && isPacked(manifest) && isWhole(manifest)) {
                found.putIfAbsent(
                        Digest.parse(manifest.path("config").path("digest").asText()),
                        image(row, index.path("manifests"), manifest, List.of()));
            }
        }
    }

    private static boolean isPacked(JsonNode manifest) {
        for (JsonNode layer : manifest.path("layers")) {
            String type = layer.path("mediaType").asText();
            if (!type.endsWith("gzip") && !type.endsWith("zstd")) {
                return false;
            }
        }
        return true;
    }

    private boolean isWhole(JsonNode manifest) {
        for (JsonNode layer : manifest.path("layers")) {
            if (spool.file(Spool.name(Digest.parse(layer.path("digest").asText())))
                    .isEmpty()) {
                return false;
            }
        }
        return spool.file(Spool.name(
                        Digest.parse(manifest.path("config").path("digest").asText())))
                .isPresent();
    }

    private void add(JsonNode row, JsonNode siblings, List<Reference> names, int depth) throws IOException {
        JsonNode manifest = tree(spool.blob(Digest.parse(row.path("digest").asText())));
        if (manifest.path("manifests").isArray()) {
            if (depth == 0) {
                throw WharfException.invalid("invalid archive: its indexes lead to more than " + DEPTH + " others");
            }
            List<JsonNode> inner = new ArrayList<>();
            manifest.path("manifests").forEach(inner::add);
            for (JsonNode one : chosen(inner)) {
                add(one, manifest.path("manifests"), names, depth - 1);
            }
        } else if (isImage(manifest)) {
            ArchivedImage image = image(row, siblings, manifest, names).checked();
            ImageConfig config = ImageConfig.parse(image.config());
            if (wanted == null || wanted.accepts(config.os(), config.architecture(), config.variant())) {
                images.add(image);
            }
        }
    }

    /** Those of the rows that are for the platform; all where none says for which it is, or the only one there is. */
    private List<JsonNode> chosen(List<JsonNode> rows) {
        Platform platform = wanted == null ? Platform.HOST : wanted;
        List<JsonNode> real = rows.stream().filter(row -> !isAttestation(row)).toList();
        List<JsonNode> fitting =
                real.stream().filter(row -> accepts(platform, row)).toList();
        return fitting.isEmpty() && wanted == null && real.size() == 1 ? real : fitting;
    }

    private static boolean accepts(Platform platform, JsonNode row) {
        JsonNode own = row.path("platform");
        return own.isMissingNode()
                || platform.accepts(
                        own.path("os").asText(""),
                        own.path("architecture").asText(""),
                        own.path("variant").asText(""));
    }

    private static boolean isAttestation(JsonNode row) {
        return row.path("platform").path("os").asText("").equals(UNKNOWN)
                || row.path("annotations").has("vnd.docker.reference.type");
    }

    private static boolean isImage(JsonNode manifest) {
        String type = manifest.path("config").path("mediaType").asText(MediaTypes.OCI_CONFIG);
        return type.equals(MediaTypes.OCI_CONFIG) || type.equals(MediaTypes.DOCKER_CONFIG);
    }

    private ArchivedImage image(JsonNode row, JsonNode siblings, JsonNode manifest, List<Reference> names)
            throws IOException {
        Digest digest = Digest.parse(row.path("digest").asText());
        List<Path> layers = new ArrayList<>();
        for (JsonNode layer : manifest.path("layers")) {
            layers.add(spool.must(Spool.name(Digest.parse(layer.path("digest").asText()))));
        }
        byte[] config =
                spool.blob(Digest.parse(manifest.path("config").path("digest").asText()));
        String type = row.path("mediaType").asText(MediaTypes.OCI_MANIFEST);
        boolean packed = isPacked(manifest);
        // A manifest that names plain tars is as good as none: it can be written again from the layers.
        List<ManifestText> texts = packed ? List.of(new ManifestText(digest, type, spool.blob(digest))) : List.of();
        return new ArchivedImage(
                config, layers, names, texts, packed, null, new ArchivedAttestations(spool).read(siblings, digest));
    }

    private static List<Reference> names(JsonNode row) {
        String name = row.path("annotations").path(NAME).asText("");
        if (name.isEmpty()) {
            // A bare tag says nothing without a repository.
            String ref = row.path("annotations").path(REF).asText("");
            name = ref.indexOf(':') >= 0 || ref.indexOf('/') >= 0 ? ref : "";
        }
        return name.isEmpty() ? List.of() : List.of(Reference.parse(name).tagged());
    }

    private static JsonNode tree(byte[] bytes) {
        return Json.parse(bytes, JsonNode.class);
    }
}
