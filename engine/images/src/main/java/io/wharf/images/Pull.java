package io.wharf.images;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.images.AddImage.ManifestText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pull: the manifest, the config, the layers that are not here, and then the image in one commit. */
final class Pull {
    private final Registries registries;
    private final Images images;
    private final LayerStore layers;
    private final UnpackLayer unpack;
    private final AddImage add;
    private final ProgressFeed feed;
    private final Set<ResponseBytes> open = new HashSet<>();
    private boolean cancelled;

    Pull(Registries registries, Images images, LayerStore layers, UnpackLayer unpack, AddImage add, ProgressFeed feed) {
        this.registries = registries;
        this.images = images;
        this.layers = layers;
        this.unpack = unpack;
        this.add = add;
        this.feed = feed;
    }

    /** The name that a request means, or the repository where it wants all tags. */
    static Reference target(PullImage request) {
        Reference name = Reference.parse(request.name(), request.tag());
        if (request.allTags()) {
            if (name.tag() != null || name.digest() != null) {
                throw WharfException.invalid("tag can't be used with --all-tags/-a");
            }
            return name;
        }
        return name.tagged();
    }

    /** Stops: what is being fetched is given up. */
    void cancel() {
        cancelled = true;
        List.copyOf(open).forEach(ResponseBytes::close);
    }

    Future<Void> run(PullImage request, Reference target) {
        Platform platform = Platform.parse(request.platform());
        boolean strict = request.platform() != null && !request.platform().isEmpty();
        RegistryAuth auth = request.auth();
        if (!request.allTags()) {
            return registries.at(target, false, auth, session -> one(session, target, platform, strict));
        }
        return registries.at(
                target,
                false,
                auth,
                session -> session.tags().compose(tags -> {
                    Future<Void> all = Future.succeededFuture();
                    for (String tag : tags) {
                        all = all.compose(done -> one(session, target.withTag(tag), platform, strict));
                    }
                    return all;
                }));
    }

    private Future<Void> one(RegistrySession session, Reference name, Platform platform, boolean strict) {
        String wanted = name.digest() == null
                ? String.valueOf(name.tag())
                : name.digest().toString();
        return document(session, wanted, name.digest()).compose(first -> {
            feed.say(Progress.status(wanted, "Pulling from " + name.path()));
            if (!first.isIndex()) {
                return image(session, name, first, first, platform, strict);
            }
            Digest chosen = first.choose(platform).digest();
            return document(session, chosen.toString(), chosen)
                    .compose(second -> image(session, name, first, second, platform, strict));
        });
    }

    private static Future<ManifestBody> document(RegistrySession session, String wanted, @Nullable Digest digest) {
        return session.manifest(wanted).map(document -> {
            ManifestBody body = ManifestBody.parse(document.mediaType(), document.body());
            if (digest != null && !body.digest().equals(digest)) {
                throw WharfException.internal("manifest verification failed for digest " + digest);
            }
            return body;
        });
    }

    private Future<Void> image(
            RegistrySession session,
            Reference name,
            ManifestBody named,
            ManifestBody manifest,
            Platform platform,
            boolean strict) {
        Descriptor config = manifest.config();
        List<ManifestText> texts =
                named == manifest ? List.of(manifest.text()) : List.of(named.text(), manifest.text());
        boolean known = images.image(config.digest()).isPresent();
        return add.config(config.digest(), () -> session.document(config)).compose(bytes -> {
            ImageConfig parsed = ImageConfig.parse(bytes);
            check(name, parsed, manifest, platform, strict);
            LayerStore.Hold hold = layers.hold();
            List<Reference> names = names(name, named.digest());
            boolean upToDate = known
                    && names.stream()
                            .allMatch(one -> images.named(one.full())
                                    .filter(config.digest()::equals)
                                    .isPresent());
            return fetch(session, hold, parsed, manifest)
                    .compose(here -> {
                        var draft = new AddImage.Draft(bytes, null, names, texts, blobs(hold, parsed, manifest));
                        return add.run(hold, draft, (tx, image) -> ImageEvents.moved(tx, image, "pull", name));
                    })
                    .onSuccess(image -> {
                        feed.say(Progress.status("Digest: " + named.digest()));
                        feed.say(Progress.status(
                                upToDate
                                        ? "Status: Image is up to date for " + name.familiar()
                                        : "Status: Downloaded newer image for " + name.familiar()));
                    })
                    .onComplete(done -> hold.close())
                    .mapEmpty();
        });
    }

    private static List<Reference> names(Reference name, Digest digest) {
        Reference byDigest = name.withDigest(digest);
        return name.digest() == null ? List.of(name, byDigest) : List.of(byDigest);
    }

    private static void check(
            Reference name, ImageConfig config, ManifestBody manifest, Platform platform, boolean strict) {
        if (config.diffs().size() != manifest.layers().size()) {
            throw WharfException.internal("layers from manifest don't match image configuration");
        }
        if (strict && !platform.accepts(config.os(), config.architecture(), config.variant())) {
            throw WharfException.notFound("image with reference " + name.familiar()
                    + " was found but does not match the specified platform: wanted " + platform + ", actual: "
                    + new Platform(config.os(), config.architecture(), config.variant()));
        }
    }

    private Future<Void> fetch(
            RegistrySession session, LayerStore.Hold hold, ImageConfig config, ManifestBody manifest) {
        List<Descriptor> parts = manifest.layers();
        parts.forEach(part -> feed.say(Progress.status(PullLayer.shown(part), "Pulling fs layer")));
        List<Future<Layer>> coming = new ArrayList<>();
        Digest below = null;
        for (int i = 0; i < parts.size(); i++) {
            Digest parent = below;
            Digest diff = config.diffs().get(i);
            below = Layer.chain(parent, diff);
            PullLayer layer = new PullLayer(session, unpack, feed, parts.get(i), this);
            coming.add(layer.run(hold, parent, diff, i >= UnpackLayer.AT_ONCE));
        }
        return Future.join(coming)
                .recover(failure -> Future.failedFuture(cancelled ? withdrawn() : first(coming, failure)))
                .mapEmpty();
    }

    /** The failure that came of itself rather than of another's. */
    private static Throwable first(List<Future<Layer>> coming, Throwable otherwise) {
        return coming.stream()
                .filter(Future::failed)
                .map(Future::cause)
                .filter(cause -> cause instanceof WharfException)
                .findFirst()
                .orElse(otherwise);
    }

    static WharfException withdrawn() {
        return new WharfException(ErrorKind.CANCELLED, "context canceled");
    }

    /** Remembers what to break off; refuses where that was asked for already. */
    void opened(ResponseBytes bytes) {
        if (cancelled) {
            bytes.close();
            throw withdrawn();
        }
        open.add(bytes);
    }

    void closed(ResponseBytes bytes) {
        open.remove(bytes);
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** How the layers travel, by this manifest; their bytes are here unless the layers came in another form before. */
    private List<Blob> blobs(LayerStore.Hold hold, ImageConfig config, ManifestBody manifest) {
        Set<Digest> fetched = new HashSet<>();
        hold.uncommittedBlobs().forEach(blob -> fetched.add(blob.digest()));
        List<Blob> blobs = new ArrayList<>();
        for (int i = 0; i < config.diffs().size(); i++) {
            Descriptor part = manifest.layers().get(i);
            blobs.add(new Blob(
                    part.digest(),
                    config.diffs().get(i),
                    part.mediaType(),
                    part.size(),
                    fetched.contains(part.digest())));
        }
        return blobs;
    }
}
