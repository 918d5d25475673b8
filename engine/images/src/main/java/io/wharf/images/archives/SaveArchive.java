package io.wharf.images.archives;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.Slots;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ImageService.WantedPlatform;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.LayerTar;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.Platform;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import io.wharf.streams.BlockingOutput;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes images as one tar that is an archive of {@code docker save} and an OCI image layout at once. What says how the
 * parts belong together comes first, so that a reader can work as it reads.
 */
public final class SaveArchive {
    private static final String BLOBS = "blobs/sha256/";

    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private final Pools bulk;
    private final Slots writers;

    public SaveArchive(Store store, Images images, LayerStore layers, Pools bulk, Slots writers) {
        this.store = store;
        this.images = images;
        this.layers = layers;
        this.bulk = bulk;
        this.writers = writers;
    }

    /** One image of the archive: its tags, and the text of its config once that is read. */
    private static final class Part {
        final Image image;
        final Set<Reference> tags = new LinkedHashSet<>();
        byte[] config = {};
        byte[] manifest = {};

        Part(Image image) {
            this.image = image;
        }
    }

    public ByteStream run(List<String> names, @Nullable WantedPlatform platform) {
        Map<Digest, Part> parts = new LinkedHashMap<>();
        for (String name : names) {
            find(name, parts);
        }
        for (Part part : parts.values()) {
            if (platform != null && !Platform.of(platform).accepts(Platform.of(part.image.config()))) {
                throw WharfException.notFound("no suitable export target found for platform " + Platform.of(platform));
            }
            if (part.image.layers().isEmpty()) {
                throw WharfException.invalid("empty export - not implemented");
            }
        }
        BlockingOutput out = new BlockingOutput();
        List<Part> all = List.copyOf(parts.values());
        layers.holding(hold -> {
            all.forEach(part -> hold.all(part.image));
            Map<Digest, LayerTar> tars = tars(all);
            return writers.run(() -> readConfigs(all)
                    .compose(read -> bulk.run(() -> write(all, tars, out)))
                    .compose(done -> store.write(tx -> {
                        all.forEach(part -> ImageEvents.of(tx, part.image, "save"));
                        return Boolean.TRUE;
                    }))
                    .compose(done -> bulk.run(out::close))
                    .onFailure(out::fail));
        });
        return out.bytes();
    }

    private Map<Digest, LayerTar> tars(List<Part> parts) {
        Map<Digest, LayerTar> tars = new LinkedHashMap<>();
        for (Part part : parts) {
            for (Digest chain : part.image.layers()) {
                Layer layer = images.mustLayer(chain);
                tars.putIfAbsent(layer.diff(), LayerTar.of(images, layers, layer));
            }
        }
        return tars;
    }

    private void find(String name, Map<Digest, Part> parts) {
        Image image = images.find(name).orElse(null);
        if (image != null
                && Images.isIdOf(image.id(), name)
                && images.named(tagged(name)).isEmpty()) {
            parts.computeIfAbsent(image.id(), id -> new Part(image));
            return;
        }
        if (Ids.isFull(name) || name.startsWith("sha256:")) {
            throw WharfException.notFound("No such image: " + (Ids.isFull(name) ? "sha256:" + name : name));
        }
        Reference reference = Reference.parse(name);
        if (reference.tag() == null && reference.digest() == null) {
            List<Reference> tags = images.tagsOf(reference);
            if (tags.isEmpty()) {
                throw WharfException.notFound("No such image: " + name);
            }
            tags.forEach(tag -> add(tag, parts));
        } else if (images.named(reference.full()).isPresent()) {
            add(reference, parts);
        } else if (image != null) {
            // By the digest of a manifest that came under another name.
            parts.computeIfAbsent(image.id(), id -> new Part(image));
        } else {
            throw WharfException.notFound("reference does not exist");
        }
    }

    private void add(Reference name, Map<Digest, Part> parts) {
        Image image = images.named(name.full()).flatMap(images::image).orElseThrow();
        Part part = parts.computeIfAbsent(image.id(), id -> new Part(image));
        if (name.digest() == null) {
            part.tags.add(name);
        }
    }

    /** Hexadecimal digits may also be somebody's repository, which then goes before an id. */
    private static String tagged(String name) {
        try {
            return Reference.parse(name).tagged().full();
        } catch (WharfException noName) {
            return "";
        }
    }

    private Future<Void> readConfigs(List<Part> parts) {
        List<Future<byte[]>> reads = new ArrayList<>();
        for (Part part : parts) {
            reads.add(ImageTable.config(store, part.image.id()).onSuccess(bytes -> part.config = bytes));
        }
        return Future.all(reads).mapEmpty();
    }

    private void write(List<Part> parts, Map<Digest, LayerTar> tars, OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        ArrayNode index = Json.MAPPER.createArrayNode();
        ArrayNode manifests = Json.MAPPER.createArrayNode();
        ObjectNode repositories = Json.MAPPER.createObjectNode();
        for (Part part : parts) {
            part.manifest = Json.writeBytes(ociManifest(part, tars));
            addToIndex(index, part);
            manifests.add(dockerManifest(part, parts, tars));
            for (Reference tag : part.tags) {
                if (!part.image.config().diffs().isEmpty()) {
                    repositories
                            .withObjectProperty(tag.familiarName())
                            .put(
                                    tag.tag(),
                                    part.image.config().diffs().getLast().hex());
                }
            }
        }
        file(tar, "oci-layout", Json.MAPPER.createObjectNode().put("imageLayoutVersion", "1.0.0"));
        ObjectNode whole = Json.MAPPER.createObjectNode();
        whole.put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_INDEX).set("manifests", index);
        file(tar, "index.json", whole);
        file(tar, "manifest.json", manifests);
        if (!repositories.isEmpty()) {
            file(tar, "repositories", repositories);
        }
        tar.whole(TarEntry.directory("blobs/", 0755), new byte[0]);
        tar.whole(TarEntry.directory(BLOBS, 0755), new byte[0]);
        for (Part part : parts) {
            blob(tar, part.config);
            blob(tar, part.manifest);
        }
        for (LayerTar layer : tars.values()) {
            tar.begin(TarEntry.file(
                    BLOBS + layer.layer().diff().hex(), 0644, layer.layer().tarSize()));
            layer.writeTo(tar.content());
            tar.end();
        }
        tar.finish();
    }

    private static void blob(TarWriter tar, byte[] bytes) throws IOException {
        tar.whole(TarEntry.file(BLOBS + Digest.of(bytes).hex(), 0644, bytes.length), bytes);
    }

    private static void file(TarWriter tar, String name, Object json) throws IOException {
        byte[] bytes = Json.writeBytes(json);
        tar.whole(TarEntry.file(name, 0644, bytes.length), bytes);
    }

    private static ObjectNode ociManifest(Part part, Map<Digest, LayerTar> tars) {
        ObjectNode manifest = Json.MAPPER.createObjectNode();
        manifest.put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_MANIFEST);
        manifest.putObject("config")
                .put("mediaType", MediaTypes.OCI_CONFIG)
                .put("digest", part.image.id().toString())
                .put("size", part.config.length);
        ArrayNode layers = manifest.putArray("layers");
        for (Digest diff : part.image.config().diffs()) {
            LayerTar tar = tars.get(diff);
            layers.addObject()
                    .put("mediaType", MediaTypes.OCI_LAYER)
                    .put("digest", diff.toString())
                    .put("size", tar == null ? 0 : tar.layer().tarSize());
        }
        return manifest;
    }

    /** A row for each tag; an image without one stands once. */
    private static void addToIndex(ArrayNode index, Part part) {
        List<Reference> tags = new ArrayList<>(part.tags);
        for (int i = 0; i < Math.max(1, tags.size()); i++) {
            ObjectNode row = index.addObject()
                    .put("mediaType", MediaTypes.OCI_MANIFEST)
                    .put("digest", Digest.of(part.manifest).toString())
                    .put("size", part.manifest.length);
            if (!tags.isEmpty()) {
                row.putObject("annotations")
                        .put("io.containerd.image.name", tags.get(i).full())
                        .put("org.opencontainers.image.ref.name", tags.get(i).tag());
            }
            ImageConfig config = part.image.config();
            ObjectNode platform = row.putObject("platform");
            platform.put("architecture", config.architecture()).put("os", config.os());
        }
    }

    private static ObjectNode dockerManifest(Part part, List<Part> parts, Map<Digest, LayerTar> tars) {
        ObjectNode row = Json.MAPPER.createObjectNode();
        row.put("Config", BLOBS + part.image.id().hex());
        if (part.tags.isEmpty()) {
            row.putNull("RepoTags");
        } else {
            ArrayNode tags = row.putArray("RepoTags");
            part.tags.forEach(tag -> tags.add(tag.familiar()));
        }
        ArrayNode layers = row.putArray("Layers");
        part.image.config().diffs().forEach(diff -> layers.add(BLOBS + diff.hex()));
        Digest parent = part.image.parent();
        if (parent != null && parts.stream().anyMatch(other -> other.image.id().equals(parent))) {
            row.put("Parent", parent.toString());
        }
        ObjectNode sources = row.putObject("LayerSources");
        for (Digest diff : part.image.config().diffs()) {
            LayerTar tar = tars.get(diff);
            sources.putObject(diff.toString())
                    .put("mediaType", MediaTypes.OCI_LAYER)
                    .put("size", tar == null ? 0 : tar.layer().tarSize())
                    .put("digest", diff.toString());
        }
        return row;
    }
}
