package io.wharf.images.takeover;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.TakeOverReport;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.ImageRows;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.catalog.Uses;
import io.wharf.images.drivers.LayerFolder;
import io.wharf.images.spec.ExactText;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the images of a stopped Docker into a data root whose engine does not run: configs, layers with the records of
 * their tars, names, and the digests under which registries know the layers.
 *
 * <p>Every digest is checked. One image is one commit, and layers that are here are not taken again, so that what was
 * interrupted goes on where it was. Blocks; for a program of its own, which is the only one that works with the data root:
 * so nothing here is held, and there are no lanes.
 */
public final class TakeDockerImages {
    private static final String DRIVER = "overlay2";
    private static final String SHA = "sha256";
    private static final String TAKEN = "docker-";

    private final Path metadata;
    private final Path folders;
    private final Layout layout;
    private final Store store;
    private final boolean link;
    private final TakeOverReport report;
    private final Images images = new Images();
    private final Map<Digest, Layer> taken = new HashMap<>();
    private final Map<Digest, String> failed = new HashMap<>();

    /** @param docker Docker's data root; {@code link}: further links to its files instead of copies */
    public TakeDockerImages(Path docker, Layout layout, Store store, boolean link, TakeOverReport report) {
        this.metadata = docker.resolve("image").resolve(DRIVER);
        this.folders = docker.resolve(DRIVER);
        this.layout = layout;
        this.store = store;
        this.link = link;
        this.report = report;
    }

    public void run() throws IOException {
        Path configs = metadata.resolve("imagedb/content").resolve(SHA);
        if (!Files.isDirectory(configs)) {
            throw WharfException.invalid("no images of the storage driver " + DRIVER + " in " + metadata.getParent()
                    + ": those of other drivers and of containerd's store come over by docker save and docker load");
        }
        await(ImageTable.load(store, images));
        prepare();
        Map<Digest, Set<Reference>> names = names();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(configs)) {
            for (Path config : all) {
                one(config, names);
            }
        }
    }

    private void prepare() throws IOException {
        for (Path folder : List.of(layout.layers(), layout.ingest(), layout.blobs())) {
            Files.createDirectories(folder);
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(layout.ingest(), TAKEN + "*")) {
            left.forEach(RemoveTree::at);
        }
    }

    private void one(Path file, Map<Digest, Set<Reference>> names) {
        String shown = "image " + file.getFileName();
        try {
            Digest id = new Digest(file.getFileName().toString());
            Set<Reference> own = names.getOrDefault(id, Set.of());
            shown = "image " + (own.isEmpty() ? id : own.iterator().next().familiar());
            byte[] config = Files.readAllBytes(file);
            if (!Digest.of(config).equals(id)) {
                throw WharfException.invalid("its config has another digest");
            }
            ExactText.require(config);
            ImageConfig parsed = ImageConfig.parse(config);
            List<Layer> layers = new ArrayList<>();
            Digest below = null;
            for (Digest diff : parsed.diffs()) {
                Layer layer = layer(below, diff);
                layers.add(layer);
                below = layer.chain();
            }
            boolean known = images.image(id).isPresent();
            commit(new Image(id, parsed, parent(id), own.isEmpty() ? 0 : Times.nowNanos()), config, layers, own);
            if (known) {
                report.had(shown);
            } else {
                report.took(shown);
            }
        } catch (IOException | WharfException | LinuxException e) {
            report.left(shown, String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Digest parent(Digest id) throws IOException {
        Path file = metadata.resolve("imagedb/metadata")
                .resolve(SHA)
                .resolve(id.hex())
                .resolve("parent");
        return Files.exists(file) ? Digest.parse(Files.readString(file).strip()) : null;
    }

    // ---- names

    /** The names of each image; one that cannot be read is told and left. */
    private Map<Digest, Set<Reference>> names() throws IOException {
        Map<Digest, Set<Reference>> names = new HashMap<>();
        Path file = metadata.resolve("repositories.json");
        if (!Files.exists(file)) {
            return names;
        }
        JsonNode repositories =
                Json.parse(Files.readAllBytes(file), JsonNode.class).path("Repositories");
        repositories.forEach(repository -> repository.properties().forEach(name -> {
            try {
                names.computeIfAbsent(Digest.parse(name.getValue().asText()), id -> new LinkedHashSet<>())
                        .add(Reference.parse(name.getKey()).tagged());
            } catch (WharfException e) {
                report.left("name " + name.getKey(), String.valueOf(e.getMessage()));
            }
        }));
        return names;
    }

    // ---- layers

    private Layer layer(@Nullable Digest parent, Digest diff) throws IOException {
        Digest chain = Layer.chain(parent, diff);
        Layer here = taken.get(chain);
        if (here == null) {
            here = images.layer(chain);
        }
        if (here != null && Files.isDirectory(layout.layers().resolve(chain.hex()))) {
            return here;
        }
        String before = failed.get(chain);
        if (before != null) {
            throw WharfException.invalid(before);
        }
        try {
            Layer layer = take(chain, parent, diff);
            taken.put(chain, layer);
            return layer;
        } catch (IOException | RuntimeException e) {
            String why = "layer " + chain + ": " + e.getMessage();
            failed.put(chain, why);
            throw WharfException.internal(why, e);
        }
    }

    private Layer take(Digest chain, @Nullable Digest parent, Digest diff) throws IOException {
        Path described = metadata.resolve("layerdb").resolve(SHA).resolve(chain.hex());
        if (!text(described, "diff").equals(diff.toString())) {
            throw WharfException.invalid("its record names another diff ID");
        }
        Path source = folders.resolve(text(described, "cache-id")).resolve("diff");
        Path record = described.resolve("tar-split.json.gz");
        Path made = layout.ingest().resolve(TAKEN + Ids.random());
        try {
            Files.createDirectory(made);
            TakeTree.run(source, made.resolve(LayerFolder.DIFF), link);
            TakeTarSplit.Tar tar = TakeTarSplit.run(record, made);
            if (!tar.diff().equals(diff)) {
                throw WharfException.invalid(
                        "its files give a tar with the digest " + tar.diff() + " instead of " + diff);
            }
            sync(made);
            Path target = layout.layers().resolve(chain.hex());
            // One that was taken before, and not committed.
            RemoveTree.at(target);
            Files.move(made, target);
            return new Layer(chain, parent, diff, Long.parseLong(text(described, "size")), tar.bytes());
        } catch (IOException | RuntimeException e) {
            RemoveTree.at(made);
            throw e;
        }
    }

    private static String text(Path folder, String name) throws IOException {
        return Files.readString(folder.resolve(name), StandardCharsets.UTF_8).strip();
    }

    private static void sync(Path folder) {
        try (Fd fd = Entries.open(folder.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            Storage.syncFileSystem(fd);
        }
    }

    /** Under which digests registries have the layer; their sizes are asked for at the next push. */
    private List<Blob> blobs(Digest diff) throws IOException {
        Path file = metadata.resolve("distribution/v2metadata-by-diffid")
                .resolve(SHA)
                .resolve(diff.hex());
        List<Blob> blobs = new ArrayList<>();
        if (Files.exists(file)) {
            for (JsonNode form : Json.parse(Files.readAllBytes(file), JsonNode.class)) {
                String digest = form.path("Digest").asText();
                if (Digest.isDigest(digest)) {
                    blobs.add(new Blob(Digest.parse(digest), diff, MediaTypes.DOCKER_LAYER, Blob.UNKNOWN, false));
                }
            }
        }
        return blobs;
    }

    private void commit(Image image, byte[] config, List<Layer> layers, Set<Reference> names) throws IOException {
        List<Blob> blobs = new ArrayList<>();
        for (Layer layer : layers) {
            blobs.addAll(blobs(layer.diff()));
        }
        Image before = images.image(image.id()).orElse(null);
        // What the engine has named meanwhile stays as it is.
        List<Reference> free = new ArrayList<>();
        for (Reference name : names) {
            Digest other = images.named(name.full()).orElse(image.id());
            if (other.equals(image.id())) {
                free.add(name);
            } else {
                report.left("name " + name.familiar(), "it is the name of image " + other + " here");
            }
        }
        Uses.Use use = before == null
                ? new Uses.Use(Times.nowNanos(), false)
                : images.uses().of(image.id());
        Image taken =
                before == null ? image : new Image(image.id(), image.config(), before.parent(), before.taggedNanos());
        ImageRows rows = new ImageRows(taken, config, use, layers, List.of(), blobs, List.of(), free, null);
        await(store.write(tx -> {
            rows.write(tx);
            if (before == null) {
                ImageEvents.of(tx, image, "load");
            }
            return Boolean.TRUE;
        }));
        rows.apply(images);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw WharfException.of(e.getCause() == null ? e : e.getCause());
        }
    }
}
