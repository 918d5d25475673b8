package io.wharf.images.archives;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.Layout;
import io.wharf.base.Slots;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.WantedPlatform;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.TornArchive;
import io.wharf.images.layers.UnpackLayer;
import io.wharf.images.progress.CountedInput;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.ManifestText;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes in the images of an archive. Archives say last, or anywhere, how their parts belong together, so the parts are put
 * aside first.
 */
public final class LoadArchive {
    private final Layout layout;
    private final Images images;
    private final LayerStore layers;
    private final UnpackLayer unpack;
    private final AddImage add;
    private final Pools bulk;
    private final Slots readers;

    public LoadArchive(
            Layout layout,
            Images images,
            LayerStore layers,
            UnpackLayer unpack,
            AddImage add,
            Pools bulk,
            Slots readers) {
        this.layout = layout;
        this.images = images;
        this.layers = layers;
        this.unpack = unpack;
        this.add = add;
        this.bulk = bulk;
        this.readers = readers;
    }

    public Future<Void> run(InputStream archive, boolean quiet, @Nullable WantedPlatform platform, ProgressFeed feed) {
        return readers.run(() -> bulk.call(() -> Spool.read(layout.ingest(), archive, unpack.limits())))
                .recover(TornArchive::told)
                .compose(spool -> bulk.call(() -> ArchivedImage.of(spool, platform))
                        .compose(found -> all(found, 0, quiet, feed))
                        .onComplete(done -> bulk.run(spool::remove)));
    }

    private Future<Void> all(List<ArchivedImage> found, int at, boolean quiet, ProgressFeed feed) {
        if (at == found.size()) {
            return Future.succeededFuture();
        }
        return one(found.get(at), quiet, feed).compose(done -> all(found, at + 1, quiet, feed));
    }

    private Future<Image> one(ArchivedImage archived, boolean quiet, ProgressFeed feed) {
        return layers.holding(hold -> one(hold, archived, quiet, feed));
    }

    private Future<Image> one(LayerStore.Hold hold, ArchivedImage archived, boolean quiet, ProgressFeed feed) {
        ImageConfig config = ImageConfig.parse(archived.config());
        List<Future<Layer>> coming = new ArrayList<>();
        Digest below = null;
        for (int i = 0; i < config.diffs().size(); i++) {
            Digest diff = config.diffs().get(i);
            coming.add(layer(hold, below, diff, archived.layers().get(i), archived.packed(), quiet ? null : feed));
            below = Layer.chain(below, diff);
        }
        return Future.join(coming)
                .compose(all -> {
                    archived.names().forEach(name -> tellRenamed(name, Digest.of(archived.config()), feed));
                    var draft = new AddImage.Draft(
                            archived.config(),
                            parent(archived.parent(), config),
                            archived.names(),
                            archived.manifests(),
                            typed(hold.uncommittedBlobs(), archived.manifests()),
                            // An archive without any says nothing: what a pull has brought stays.
                            archived.attestations().isEmpty() ? null : archived.attestations());
                    return add.run(hold, draft, (tx, image) -> ImageEvents.of(tx, image, "load"));
                })
                .onSuccess(image -> {
                    if (archived.names().isEmpty()) {
                        feed.say(Progress.stream("Loaded image ID: " + image.id() + "\n"));
                    }
                    archived.names()
                            .forEach(name -> feed.say(Progress.stream("Loaded image: " + name.familiar() + "\n")));
                });
    }

    /** The named parent, where it is here and the image is one step above it. */
    private @Nullable Digest parent(@Nullable Digest named, ImageConfig config) {
        Image parent = named == null ? null : images.image(named).orElse(null);
        if (parent == null) {
            return null;
        }
        List<ImageConfig.Step> below = parent.config().history();
        boolean above = (below.isEmpty() && config.history().isEmpty())
                || (config.history().size() == below.size() + 1
                        && config.history().subList(0, below.size()).equals(below));
        return above ? parent.id() : null;
    }

    /** The kept blobs that the manifests name, with the formats that these tell. */
    private static List<Blob> typed(List<Blob> blobs, List<ManifestText> manifests) {
        Map<Digest, String> types = new HashMap<>();
        for (ManifestText text : manifests) {
            for (JsonNode layer : Json.parse(text.body(), JsonNode.class).path("layers")) {
                types.put(
                        Digest.parse(layer.path("digest").asText()),
                        layer.path("mediaType").asText(""));
            }
        }
        return blobs.stream()
                .filter(blob -> types.containsKey(blob.digest()))
                .map(blob -> new Blob(
                        blob.digest(), blob.diff(), types.getOrDefault(blob.digest(), ""), blob.size(), blob.kept()))
                .toList();
    }

    private Future<Layer> layer(
            LayerStore.Hold hold,
            @Nullable Digest below,
            Digest diff,
            Path file,
            boolean packed,
            @Nullable ProgressFeed feed) {
        return hold.ensure(below, diff, () -> unpack.run(() -> opened(file, diff, feed), packed));
    }

    private static InputStream opened(Path file, Digest diff, @Nullable ProgressFeed feed) throws IOException {
        InputStream in = Files.newInputStream(file);
        return feed == null
                ? in
                : new CountedInput(
                        in,
                        (bytes, size) ->
                                feed.say(Progress.amount(Ids.shortOf(diff.hex()), "Loading layer", bytes, size)),
                        Files.size(file));
    }

    private void tellRenamed(Reference name, Digest id, ProgressFeed feed) {
        Digest before = images.named(name.full()).orElse(id);
        if (!before.equals(id)) {
            feed.say(Progress.stream("The image " + name.familiar() + " already exists, renaming the old one with ID "
                    + before + " to empty string\n"));
        }
    }
}
