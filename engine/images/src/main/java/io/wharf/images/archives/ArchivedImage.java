package io.wharf.images.archives;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.WantedPlatform;
import io.wharf.images.catalog.Attestation;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.ManifestText;
import io.wharf.images.spec.Platform;
import io.wharf.images.spec.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One image of an archive.
 *
 * @param layers files of its layers, lowest first
 * @param packed whether the layers' own bytes are to be kept, for the manifests name them
 * @param parent the image that it was made from, as the archive says
 * @param attestations what is attested of it
 */
// Handed on, never compared.
@SuppressWarnings("ArrayRecordComponent")
record ArchivedImage(
        byte[] config,
        List<Path> layers,
        List<Reference> names,
        List<ManifestText> manifests,
        boolean packed,
        @Nullable Digest parent,
        List<Attestation> attestations) {
    private static final String DOCKER = "manifest.json";

    /** What an archive holds, as its {@code manifest.json} says, or else its {@code index.json}. */
    static List<ArchivedImage> of(Spool spool, @Nullable WantedPlatform platform) throws IOException {
        Platform wanted = platform == null ? null : Platform.of(platform);
        List<ArchivedImage> images;
        if (spool.file(DOCKER).isPresent()) {
            images = docker(spool, wanted);
        } else if (spool.file(ArchivedLayout.INDEX).isPresent()) {
            images = new ArchivedLayout(spool, wanted).images();
        } else {
            throw WharfException.invalid("invalid archive: does not contain a " + DOCKER);
        }
        if (wanted != null && images.isEmpty()) {
            throw WharfException.notFound("requested platform(s) ([" + wanted + "]) not found");
        }
        return images;
    }

    private static List<ArchivedImage> docker(Spool spool, @Nullable Platform wanted) throws IOException {
        JsonNode rows = Json.parse(spool.document(DOCKER), JsonNode.class);
        if (!rows.isArray()) {
            throw WharfException.invalid("invalid manifest, manifest cannot be null (but can be [])");
        }
        Map<Digest, ArchivedImage> known =
                spool.file(ArchivedLayout.INDEX).isPresent() ? ArchivedLayout.packedImages(spool) : Map.of();
        List<ArchivedImage> images = new ArrayList<>();
        boolean linked = false;
        for (JsonNode row : rows) {
            ArchivedImage image = docker(spool, row, known);
            ImageConfig config = ImageConfig.parse(image.config);
            if (wanted == null || wanted.accepts(config.os(), config.architecture(), config.variant())) {
                images.add(image);
                linked |= image.parent != null;
            }
        }
        if (linked) {
            // What an image was made from has one step less, and must be here before it.
            images.sort(Comparator.comparingInt(
                    image -> ImageConfig.parse(image.config).history().size()));
        }
        return images;
    }

    private static ArchivedImage docker(Spool spool, JsonNode row, Map<Digest, ArchivedImage> known)
            throws IOException {
        List<Path> layers = new ArrayList<>();
        row.path("Layers").forEach(layer -> layers.add(spool.must(layer.asText())));
        List<Reference> names = new ArrayList<>();
        for (JsonNode tag : row.path("RepoTags")) {
            Reference name = Reference.parse(tag.asText());
            if (name.tag() == null) {
                throw WharfException.invalid("invalid tag \"" + tag.asText() + "\"");
            }
            names.add(name);
        }
        byte[] config = spool.document(row.path("Config").asText());
        String parent = row.path("Parent").asText("");
        // An archive that is a layout too may tell by which manifest the image once travelled.
        ArchivedImage layout = known.get(Digest.of(config));
        List<ManifestText> manifests = layout == null || !layout.layers.equals(layers) ? List.of() : layout.manifests;
        return new ArchivedImage(
                        config,
                        layers,
                        names,
                        manifests,
                        !manifests.isEmpty(),
                        Digest.isDigest(parent) ? Digest.parse(parent) : null,
                        layout == null ? List.of() : layout.attestations)
                .checked();
    }

    /** Itself, where it has as many layers as its config tells of, and is for a system that runs here. */
    ArchivedImage checked() {
        ImageConfig read = ImageConfig.parse(config);
        if (!read.os().isEmpty() && !read.os().equals(Platform.HOST.os())) {
            throw WharfException.invalid("cannot load " + read.os() + " image on " + Platform.HOST.os());
        }
        int wanted = read.diffs().size();
        if (wanted != layers.size()) {
            throw WharfException.invalid(
                    "invalid manifest, layers length mismatch: expected " + layers.size() + ", got " + wanted);
        }
        return this;
    }
}
