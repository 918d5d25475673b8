package io.wharf.images.transfer;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.images.catalog.Attestation;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.UnpackLayer;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.registry.Cancellation;
import io.wharf.images.registry.Downloads;
import io.wharf.images.registry.Registries;
import io.wharf.images.registry.Repository;
import io.wharf.images.registry.Unanswered;
import io.wharf.images.spec.Descriptor;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.ManifestBody;
import io.wharf.images.spec.ManifestText;
import io.wharf.images.spec.Platform;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pull: the manifest, the config, the layers that are not here, and then the image in one commit. */
final class Pull {
    private final Registries registries;
    private final Images images;
    private final LayerStore layers;
    private final UnpackLayer unpack;
    private final Downloads downloads;
    private final Pools threads;
    private final AddImage add;
    private final ProgressFeed feed;
    private final Cancellation wish = new Cancellation();
    private boolean newer;

    Pull(
            Registries registries,
            Images images,
            LayerStore layers,
            UnpackLayer unpack,
            Downloads downloads,
            Pools threads,
            AddImage add,
            ProgressFeed feed) {
        this.registries = registries;
        this.images = images;
        this.layers = layers;
        this.unpack = unpack;
        this.downloads = downloads;
        this.threads = threads;
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

    /** Stops at once: what nobody else wants is given up. */
    void cancel() {
        wish.cancel();
    }

    Future<Void> run(PullImage request, Reference target) {
        Platform platform = Platform.parse(request.platform());
        boolean strict = request.platform() != null && !request.platform().isEmpty();
        return registries
                .repository(target, request.auth(), wish)
                .compose(repository -> request.allTags()
                        ? repository.tags().compose(tags -> all(repository, target, tags, platform, strict))
                        : one(repository, target, platform, strict))
                .recover(failure -> Future.failedFuture(told(target, failure)))
                .onSuccess(done -> feed.say(Progress.status(
                        (newer ? "Status: Downloaded newer image for " : "Status: Image is up to date for ")
                                + target.familiar())));
    }

    private Future<Void> all(
            Repository repository, Reference target, List<String> tags, Platform platform, boolean strict) {
        Future<Void> all = Future.succeededFuture();
        for (String tag : tags) {
            all = all.compose(done -> one(repository, target.withTag(tag), platform, strict));
        }
        return all;
    }

    /**
     * Nobody answered: as containerd says it. And never a 401, at which Docker's client asks its user for a password of
     * Docker Hub.
     */
    private static Throwable told(Reference target, Throwable failure) {
        if (failure instanceof Unanswered) {
            return new WharfException(
                    ErrorKind.INTERNAL,
                    "failed to resolve reference \"" + target.full() + "\": failed to do request: "
                            + failure.getMessage());
        }
        return failure instanceof WharfException known && known.kind() == ErrorKind.UNAUTHORIZED
                ? new WharfException(ErrorKind.INTERNAL, String.valueOf(known.getMessage()))
                : failure;
    }

    private Future<Void> one(Repository repository, Reference name, Platform platform, boolean strict) {
        String wanted = name.digest() == null
                ? String.valueOf(name.tag())
                : name.digest().toString();
        return document(repository, wanted).compose(first -> {
            feed.say(Progress.status(wanted, "Pulling from " + name.path()));
            if (!first.isIndex()) {
                return image(repository, name, first, first, platform, strict);
            }
            return document(repository, first.choose(platform).digest().toString())
                    .compose(second -> image(repository, name, first, second, platform, strict));
        });
    }

    private static Future<ManifestBody> document(Repository repository, String wanted) {
        return repository.manifest(wanted).map(document -> ManifestBody.parse(document.mediaType(), document.body()));
    }

    private Future<Void> image(
            Repository repository,
            Reference name,
            ManifestBody named,
            ManifestBody manifest,
            Platform platform,
            boolean strict) {
        Descriptor config = manifest.config();
        List<ManifestText> texts =
                named == manifest ? List.of(manifest.text()) : List.of(named.text(), manifest.text());
        boolean known = images.image(config.digest()).isPresent();
        Future<@Nullable List<Attestation>> attested =
                new FetchAttestations(repository, add, threads).run(named, manifest, config.digest());
        return add.config(config.digest(), () -> repository.document(config)).compose(bytes -> {
            ImageConfig parsed = ImageConfig.parse(bytes);
            check(name, parsed, manifest, platform, strict);
            List<Reference> names = names(name, named.digest());
            boolean upToDate = known
                    && names.stream()
                            .allMatch(one -> images.named(one.full())
                                    .filter(config.digest()::equals)
                                    .isPresent());
            return layers.holding(hold -> fetch(repository, hold, parsed, manifest)
                            .compose(here -> attested)
                            .compose(attestations -> {
                                boolean fetched = !hold.uncommittedBlobs().isEmpty();
                                var draft = new AddImage.Draft(
                                        bytes, null, names, texts, blobs(hold, parsed, manifest), attestations);
                                return add.run(hold, draft, (tx, image) -> ImageEvents.moved(tx, image, "pull", name))
                                        .map(image -> fetched);
                            })
                            .onSuccess(fetched -> {
                                feed.say(Progress.status("Digest: " + named.digest()));
                                newer |= !upToDate;
                            }))
                    .compose(fetched -> {
                        Future<Void> cleared = downloads.committed(manifest.layers());
                        return fetched ? cleared : Future.succeededFuture();
                    });
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

    private Future<Void> fetch(Repository repository, LayerStore.Hold hold, ImageConfig config, ManifestBody manifest) {
        List<Descriptor> parts = manifest.layers();
        parts.forEach(part -> feed.say(Progress.step(PullLayer.shown(part), "Pulling fs layer")));
        Cancellation all = new Cancellation();
        wish.onCancel(all::cancel);
        List<Future<Layer>> coming = new ArrayList<>();
        Throwable[] first = new Throwable[1];
        Digest below = null;
        for (int i = 0; i < parts.size(); i++) {
            Digest parent = below;
            Digest diff = config.diffs().get(i);
            below = Layer.chain(parent, diff);
            PullLayer layer = new PullLayer(repository, downloads, unpack, threads, feed, parts.get(i), all);
            coming.add(layer.run(hold, parent, diff).onFailure(failure -> {
                // One that is missing makes the others worthless; the others' end is not the reason.
                first[0] = first[0] == null ? failure : first[0];
                all.cancel();
            }));
        }
        return Future.join(coming)
                .recover(failure -> Future.failedFuture(
                        wish.isCancelled() ? Cancellation.withdrawn() : Objects.requireNonNull(first[0])))
                .mapEmpty();
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
