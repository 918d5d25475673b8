package io.wharf.images.transfer;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Lanes;
import io.wharf.base.Slots;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PushImage;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.catalog.Manifest;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.registry.Cancellation;
import io.wharf.images.registry.Registries;
import io.wharf.images.registry.RegistrySession;
import io.wharf.images.registry.UploadRequests;
import io.wharf.images.registry.UploadRequests.Begun;
import io.wharf.images.spec.Descriptor;
import io.wharf.images.spec.ManifestBody;
import io.wharf.images.spec.ManifestText;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One push: layers that the registry lacks, the config, then the manifest.
 *
 * <p>An image that was pulled, or pushed before, goes with the manifest it had, byte by byte, as long as its layers can be had
 * in that form; else a manifest is written.
 */
final class Push {
    private final Registries registries;
    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private final Lanes lanes;
    private final Pools bulk;
    private final Slots slots;
    private final ProgressFeed feed;
    private final Cancellation wish = new Cancellation();

    Push(
            Registries registries,
            Store store,
            Images images,
            LayerStore layers,
            Lanes lanes,
            Pools bulk,
            Slots slots,
            ProgressFeed feed) {
        this.registries = registries;
        this.store = store;
        this.images = images;
        this.layers = layers;
        this.lanes = lanes;
        this.bulk = bulk;
        this.slots = slots;
        this.feed = feed;
    }

    /** The tags that a request means; Docker's refusal where there are none. */
    static List<Reference> targets(Images images, PushImage request) {
        Reference name = Reference.parse(request.name(), request.tag());
        if (name.digest() != null) {
            throw WharfException.invalid("cannot push a digest reference");
        }
        List<Reference> tags = name.tag() == null
                ? images.tagsOf(name)
                : images.named(name.full()).map(id -> List.of(name)).orElse(List.of());
        if (tags.isEmpty()) {
            throw WharfException.notFound(
                    images.tagsOf(name).isEmpty()
                            ? "An image does not exist locally with the tag: " + name.familiarName()
                            : "tag does not exist: " + name.familiar());
        }
        return tags;
    }

    /** Breaks off what is under way. */
    void cancel() {
        wish.cancel();
    }

    Future<Void> run(PushImage request, List<Reference> tags) {
        Reference repository = tags.getFirst();
        feed.say(Progress.status("The push refers to repository [" + repository.name() + "]"));
        return registries.at(repository, true, request.auth(), wish, session -> {
            Future<Void> all = Future.succeededFuture();
            for (Reference tag : tags) {
                all = all.compose(done -> one(session, tag));
            }
            return all;
        });
    }

    private Future<Void> one(RegistrySession session, Reference tag) {
        Image image = images.named(tag.full())
                .flatMap(images::image)
                .orElseThrow(() -> WharfException.notFound("tag does not exist: " + tag.familiar()));
        return layers.holding(hold -> {
            hold.all(image);
            return one(session, tag, image);
        });
    }

    private Future<Void> one(RegistrySession session, Reference tag, Image image) {
        image.layers().forEach(chain -> feed.say(Progress.status(shown(chain), "Preparing")));
        return manifests(image)
                .compose(kept -> kept(session, tag, image, kept, 0))
                .compose(done -> done.isPresent() ? Future.succeededFuture(done.get()) : written(session, tag, image))
                .compose(manifest -> config(session, tag, image)
                        .compose(sent -> session.putManifest(
                                String.valueOf(tag.tag()),
                                manifest.text().mediaType(),
                                manifest.text().body()))
                        .compose(sent -> remember(tag, image, manifest)));
    }

    private String shown(Digest chain) {
        return io.wharf.base.Ids.shortOf(images.mustLayer(chain).diff().hex());
    }

    private Future<List<ManifestBody>> manifests(Image image) {
        List<Future<ManifestBody>> reads = new ArrayList<>();
        for (Manifest manifest : images.manifests(image.id())) {
            if (!ManifestBody.isIndex(manifest.mediaType())) {
                reads.add(ImageTable.manifest(store, manifest.digest())
                        .map(body -> ManifestBody.parse(manifest.mediaType(), body.orElseThrow())));
            }
        }
        return Future.all(reads).map(all -> all.<ManifestBody>list());
    }

    /** Sends by the first kept manifest whose layers can all be had as it names them. */
    private Future<Optional<ManifestBody>> kept(
            RegistrySession session, Reference tag, Image image, List<ManifestBody> manifests, int at) {
        if (at == manifests.size()) {
            return Future.succeededFuture(Optional.empty());
        }
        ManifestBody manifest = manifests.get(at);
        List<Descriptor> parts = manifest.layers();
        List<Future<Boolean>> able = new ArrayList<>();
        for (Descriptor part : parts) {
            able.add(isKept(part.digest()) ? Future.succeededFuture(true) : session.hasBlob(part.digest()));
        }
        return Future.all(able).compose(answers -> {
            if (answers.<Boolean>list().contains(false)) {
                return kept(session, tag, image, manifests, at + 1);
            }
            return send(session, tag, image, parts)
                    .map(sent -> Optional.of(manifest))
                    .recover(failure -> failure instanceof LostBlob
                            ? kept(session, tag, image, manifests, at + 1)
                            : Future.failedFuture(failure));
        });
    }

    private boolean isKept(Digest blob) {
        return images.blobs().stream()
                .anyMatch(some ->
                        some.stream().anyMatch(one -> one.kept() && one.digest().equals(blob)));
    }

    private Future<ManifestBody> written(RegistrySession session, Reference tag, Image image) {
        return send(session, tag, image, List.of())
                .compose(parts -> ImageTable.config(store, image.id())
                        .map(config -> ManifestBody.write(
                                new Descriptor(MediaTypes.DOCKER_CONFIG, image.id(), config.length), parts)));
    }

    /** Sends all layers, as {@code wanted} describes them or else in any form that Docker's manifests may name. */
    private Future<List<Descriptor>> send(
            RegistrySession session, Reference tag, Image image, List<Descriptor> wanted) {
        Map<Digest, Future<Descriptor>> sent = new LinkedHashMap<>();
        List<Future<Descriptor>> all = new ArrayList<>();
        for (int i = 0; i < image.layers().size(); i++) {
            Layer layer = images.mustLayer(image.layers().get(i));
            Descriptor part = wanted.isEmpty() ? null : wanted.get(i);
            // Equal layers go once.
            all.add(sent.computeIfAbsent(layer.diff(), diff -> slots.run(() -> layer(session, tag, layer, part))));
        }
        return Future.join(all).map(done -> done.<Descriptor>list());
    }

    private Future<Descriptor> layer(RegistrySession session, Reference tag, Layer layer, @Nullable Descriptor wanted) {
        if (wish.isCancelled()) {
            return Future.failedFuture(Cancellation.withdrawn());
        }
        return new PushLayer(session, store, images, layers, bulk, feed, tag, layer).run(wanted);
    }

    private Future<Void> config(RegistrySession session, Reference tag, Image image) {
        return session.hasBlob(image.id()).compose(has -> {
            if (has) {
                return Future.succeededFuture();
            }
            UploadRequests uploads = session.uploads();
            String from = MountSource.of(images, tag, other -> other.id().equals(image.id()));
            Future<@Nullable Begun> begun = from == null
                    ? uploads.begin().map(upload -> upload)
                    : uploads.mount(image.id(), from)
                            .recover(refused -> uploads.begin().map(upload -> upload));
            return begun.compose(upload -> upload == null
                    ? Future.succeededFuture()
                    : ImageTable.config(store, image.id())
                            .compose(config -> uploads.finish(upload, image.id(), config)));
        });
    }

    private Future<Void> remember(Reference tag, Image image, ManifestBody manifest) {
        ManifestText text = manifest.text();
        Manifest kept = new Manifest(text.digest(), image.id(), text.mediaType());
        Reference byDigest = tag.withDigest(text.digest());
        List<Blob> blobs = new ArrayList<>();
        List<Descriptor> parts = manifest.layers();
        for (int i = 0; i < parts.size(); i++) {
            Descriptor part = parts.get(i);
            Digest diff = image.config().diffs().get(i);
            blobs.add(new Blob(part.digest(), diff, part.mediaType(), part.size(), false));
        }
        return lanes.run(AddImage.LANE, () -> {
                    // One that was removed while it was sent is pushed all the same, and forgotten.
                    boolean here = images.image(image.id()).isPresent();
                    return store.<Boolean>write(tx -> {
                                if (here) {
                                    ImageTable.putManifest(tx, kept, text.body());
                                    blobs.forEach(blob -> ImageTable.putBlob(tx, blob));
                                    ImageTable.putName(tx, byDigest.full(), image.id());
                                }
                                ImageEvents.moved(tx, image, "push", tag);
                                return here;
                            })
                            .onSuccess(written -> {
                                if (here) {
                                    images.add(kept);
                                    blobs.forEach(images::add);
                                    images.name(byDigest.full(), image.id());
                                }
                            });
                })
                .onSuccess(done -> {
                    String label = String.valueOf(tag.tag());
                    feed.say(Progress.status(label + ": digest: " + text.digest() + " size: " + text.body().length));
                    Map<String, Object> aux = new LinkedHashMap<>();
                    aux.put("Tag", label);
                    aux.put("Digest", text.digest().toString());
                    aux.put("Size", text.body().length);
                    feed.say(Progress.aux(aux));
                })
                .mapEmpty();
    }
}
