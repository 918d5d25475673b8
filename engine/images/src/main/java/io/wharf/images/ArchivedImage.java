package io.wharf.images;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.images.AddImage.ManifestText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One image of an archive.
 *
 * @param layers files of its layers, lowest first
 * @param packed whether the layers' own bytes are to be kept, for the manifests name them
 */
// Handed on, never compared.
@SuppressWarnings("ArrayRecordComponent")
record ArchivedImage(
        byte[] config, List<Path> layers, List<Reference> names, List<ManifestText> manifests, boolean packed) {
    /** Indexes within indexes. */
    private static final int DEEPEST = 4;

    private static final String NAME = "io.containerd.image.name";
    private static final String REF = "org.opencontainers.image.ref.name";

    /** What an archive holds, as its {@code manifest.json} says, or else its {@code index.json}. */
    static List<ArchivedImage> of(Spool spool) throws IOException {
        List<ArchivedImage> images = new ArrayList<>();
        if (spool.file("manifest.json").isPresent()) {
            for (JsonNode row : tree(spool.document("manifest.json"))) {
                images.add(docker(spool, row));
            }
        } else if (spool.file("index.json").isPresent()) {
            for (JsonNode row : tree(spool.document("index.json")).path("manifests")) {
                addOci(images, spool, row, names(row), 0);
            }
        } else if (spool.file("repositories").isPresent()) {
            throw WharfException.notImplemented(
                    "archive of a docker before 1.10 is not supported: load and save it with a newer one");
        } else {
            throw WharfException.invalid("invalid archive: neither manifest.json nor index.json is in it");
        }
        return images;
    }

    private static ArchivedImage docker(Spool spool, JsonNode row) throws IOException {
        List<Path> layers = new ArrayList<>();
        row.path("Layers").forEach(layer -> layers.add(spool.must(layer.asText())));
        List<Reference> names = new ArrayList<>();
        row.path("RepoTags")
                .forEach(tag -> names.add(Reference.parse(tag.asText()).tagged()));
        byte[] config = spool.document(row.path("Config").asText());
        return checked(new ArchivedImage(config, layers, names, List.of(), false));
    }

    private static void addOci(List<ArchivedImage> images, Spool spool, JsonNode row, List<Reference> names, int depth)
            throws IOException {
        if (depth > DEEPEST) {
            throw WharfException.invalid("invalid archive: its indexes lead to more than " + DEEPEST + " others");
        }
        Digest digest = Digest.parse(row.path("digest").asText());
        byte[] body = spool.blob(digest);
        JsonNode manifest = tree(body);
        if (manifest.path("manifests").isArray()) {
            for (JsonNode inner : manifest.path("manifests")) {
                JsonNode platform = inner.path("platform");
                if (Platform.HOST.accepts(
                        platform.path("os").asText(Platform.HOST.os()),
                        platform.path("architecture").asText(Platform.HOST.architecture()),
                        platform.path("variant").asText(""))) {
                    addOci(images, spool, inner, names, depth + 1);
                    return;
                }
            }
            throw WharfException.notFound("no image for " + Platform.HOST + " in the archive");
        }
        List<Path> layers = new ArrayList<>();
        for (JsonNode layer : manifest.path("layers")) {
            layers.add(spool.must(Spool.name(Digest.parse(layer.path("digest").asText()))));
        }
        byte[] config =
                spool.blob(Digest.parse(manifest.path("config").path("digest").asText()));
        String type = row.path("mediaType").asText(MediaTypes.OCI_MANIFEST);
        images.add(
                checked(new ArchivedImage(config, layers, names, List.of(new ManifestText(digest, type, body)), true)));
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

    private static ArchivedImage checked(ArchivedImage image) {
        int wanted = ImageConfig.parse(image.config).diffs().size();
        if (wanted != image.layers.size()) {
            throw WharfException.invalid(
                    "invalid manifest, layers length mismatch: expected " + wanted + ", got " + image.layers.size());
        }
        return image;
    }

    private static JsonNode tree(byte[] bytes) throws IOException {
        return Json.parse(bytes, JsonNode.class);
    }
}
