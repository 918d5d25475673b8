package io.wharf.images.transfer;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Store;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.LayerTar;
import io.wharf.images.layers.PackLayer;
import io.wharf.images.layers.RemakeBlob;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.registry.Cancellation;
import io.wharf.images.registry.RegistrySession;
import io.wharf.images.registry.Upload;
import io.wharf.images.registry.UploadRequests.Begun;
import io.wharf.images.spec.Descriptor;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import io.wharf.streams.FileBytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sends one layer, unless the registry has it: its kept bytes as they are, or packed anew on the way. */
final class PushLayer {
    private static final long INTERVAL_NANOS = 100_000_000;

    private final RegistrySession session;
    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private final Pools bulk;
    private final ProgressFeed feed;
    private final Reference target;
    private final Layer layer;
    private final String shown;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private volatile long told = System.nanoTime();
    private volatile boolean withdrawn;
    /** What the registry began instead of a mount. */
    private @Nullable Begun instead;

    PushLayer(
            RegistrySession session,
            Store store,
            Images images,
            LayerStore layers,
            Pools bulk,
            ProgressFeed feed,
            Reference target,
            Layer layer) {
        this.session = session;
        this.store = store;
        this.images = images;
        this.layers = layers;
        this.bulk = bulk;
        this.feed = feed;
        this.target = target;
        this.layer = layer;
        this.shown = Ids.shortOf(layer.diff().hex());
    }

    /** How the layer is there afterwards. */
    Future<Descriptor> run(@Nullable Descriptor wanted) {
        List<Blob> forms = images.blobs(layer.diff()).stream()
                .filter(blob -> wanted == null
                        ? blob.mediaType().endsWith("gzip")
                        : blob.digest().equals(wanted.digest()))
                .toList();
        return existing(forms, 0).compose(found -> {
            if (found.isPresent()) {
                feed.say(Progress.status(shown, "Layer already exists"));
                return Future.succeededFuture(wanted == null ? descriptor(found.get()) : wanted);
            }
            return mounted(forms).compose(taken -> {
                if (taken.isPresent()) {
                    return Future.succeededFuture(wanted == null ? descriptor(taken.get()) : wanted);
                }
                Optional<Blob> kept = forms.stream().filter(Blob::kept).findFirst();
                if (kept.isPresent()) {
                    return sendKept(kept.get())
                            .compose(sent -> sent
                                    ? Future.succeededFuture(wanted == null ? descriptor(kept.get()) : wanted)
                                    : run(wanted));
                }
                return wanted == null ? pack() : Future.failedFuture(new LostBlob(wanted.digest()));
            });
        });
    }

    /** Both families of manifests call a gzip'd tar by their own name; what is written here is Docker's. */
    private static Descriptor descriptor(Blob blob) {
        return new Descriptor(MediaTypes.DOCKER_LAYER, blob.digest(), blob.size());
    }

    private Future<Optional<Blob>> existing(List<Blob> forms, int at) {
        if (at == forms.size()) {
            return Future.succeededFuture(Optional.empty());
        }
        Blob form = forms.get(at);
        if (form.size() == Blob.UNKNOWN) {
            // Taken over from an engine that had not written it down.
            return session.sizeOf(form.digest())
                    .compose(size -> size > 0
                            ? Future.succeededFuture(
                                    Optional.of(new Blob(form.digest(), form.diff(), form.mediaType(), size, false)))
                            : existing(forms, at + 1));
        }
        return session.hasBlob(form.digest())
                .compose(has -> has ? Future.succeededFuture(Optional.of(form)) : existing(forms, at + 1));
    }

    /** Has the registry take the layer over from another repository, where one may have it. */
    private Future<Optional<Blob>> mounted(List<Blob> forms) {
        String from = MountSource.of(images, target, image -> image.layers().contains(layer.chain()));
        Blob form = forms.stream()
                .filter(blob -> blob.size() != Blob.UNKNOWN)
                .findFirst()
                .orElse(null);
        if (from == null || form == null) {
            return Future.succeededFuture(Optional.empty());
        }
        return session.uploads()
                .mount(form.digest(), from)
                .map(begun -> {
                    instead = begun;
                    if (begun == null) {
                        feed.say(Progress.status(shown, "Mounted from " + from));
                        return Optional.of(form);
                    }
                    return Optional.<Blob>empty();
                })
                // Who may not read there sends; a registry that is gone is met again.
                .recover(refused -> session.isWithdrawn()
                        ? Future.failedFuture(refused)
                        : Future.succeededFuture(Optional.empty()));
    }

    /** False where the bytes turn out to be not kept. */
    private Future<Boolean> sendKept(Blob blob) {
        String recipe = images.recipes().of(blob.digest());
        if (recipe == null) {
            return send(layers.blob(blob.digest()), blob.digest(), blob.size()).map(true);
        }
        Path file = layers.temporary("remade-");
        LayerTar tar = LayerTar.of(images, layers, layer);
        return bulk.call(() -> RemakeBlob.run(tar, recipe, blob.digest(), file, plain -> packed("Preparing", plain)))
                .compose(made -> made
                        ? send(file, blob.digest(), blob.size()).map(true)
                        : letGo(blob, recipe).map(false))
                .eventually(() -> bulk.run(() -> Files.deleteIfExists(file)));
    }

    /** Its name is remembered, so that where it lies already it is not sent in another form. */
    private Future<Void> letGo(Blob blob, String recipe) {
        feed.say(Progress.status(
                shown, "Packed bytes cannot be made again: the layer is packed anew, the image gets another digest"));
        return store.write(tx -> {
                    ImageTable.letGo(tx, blob.digest(), recipe);
                    return Boolean.TRUE;
                })
                .onSuccess(done -> {
                    // Else a pull has brought them meanwhile.
                    if (recipe.equals(images.recipes().of(blob.digest()))) {
                        images.letGo(new Blob(blob.digest(), blob.diff(), blob.mediaType(), blob.size(), false));
                    }
                })
                .mapEmpty();
    }

    private Future<Void> send(Path file, Digest digest, long size) {
        Upload upload = new Upload(
                session,
                digest,
                size,
                (offset, length) -> new SentBytes(FileBytes.of(bulk, file, offset, length), offset, size),
                millis -> feed.say(Progress.status(shown, "Retrying in " + seconds(millis))));
        Begun begun = instead;
        return (begun == null ? session.uploads().begin() : Future.succeededFuture(begun))
                .compose(upload::run)
                .onSuccess(done -> feed.say(Progress.status(shown, "Pushed")));
    }

    private static String seconds(long millis) {
        long seconds = Math.max(1, millis / 1000);
        return seconds == 1 ? "1 second" : seconds + " seconds";
    }

    /** Packs first and looks then, for the registry may have what comes of it. */
    private Future<Descriptor> pack() {
        LayerTar tar = LayerTar.of(images, layers, layer);
        Path file = layers.temporary("packed-");
        return bulk.call(() -> PackLayer.run(bulk, tar, file, plain -> packed("Compressing", plain)))
                .compose(packed -> session.hasBlob(packed.digest())
                        .compose(has -> {
                            if (has) {
                                feed.say(Progress.status(shown, "Layer already exists"));
                                return Future.<Void>succeededFuture();
                            }
                            return send(file, packed.digest(), packed.size());
                        })
                        .map(new Descriptor(MediaTypes.DOCKER_LAYER, packed.digest(), packed.size())))
                .eventually(() -> bulk.run(() -> Files.deleteIfExists(file)));
    }

    /** Called by the thread that packs, which ends where nobody wants it any more. */
    private void packed(String doing, long plain) {
        if (withdrawn) {
            throw Cancellation.withdrawn();
        }
        long now = System.nanoTime();
        if (now - told >= INTERVAL_NANOS) {
            told = now;
            context.runOnContext(turn -> {
                withdrawn = session.isWithdrawn();
                feed.say(Progress.amount(shown, doing, plain, layer.tarSize()));
            });
        }
    }

    /** Passes bytes on and tells how many went. */
    private final class SentBytes implements ByteStream {
        private final ByteStream source;
        private final long size;
        private long count;

        SentBytes(ByteStream source, long offset, long size) {
            this.source = source;
            this.count = offset;
            this.size = size;
        }

        private void sent(int bytes) {
            count += bytes;
            long now = System.nanoTime();
            if (now - told >= INTERVAL_NANOS) {
                told = now;
                feed.say(Progress.amount(shown, "Pushing", count, size));
            }
        }

        @Override
        public ByteStream handler(io.vertx.core.@Nullable Handler<Buffer> handler) {
            source.handler(
                    handler == null
                            ? null
                            : buffer -> {
                                sent(buffer.length());
                                try {
                                    handler.handle(buffer);
                                } catch (IllegalStateException broken) {
                                    // The request has failed meanwhile, which it tells by itself.
                                    close();
                                }
                            });
            return this;
        }

        @Override
        public ByteStream exceptionHandler(io.vertx.core.@Nullable Handler<Throwable> handler) {
            source.exceptionHandler(handler);
            return this;
        }

        @Override
        public ByteStream endHandler(io.vertx.core.@Nullable Handler<Void> handler) {
            source.endHandler(handler);
            return this;
        }

        @Override
        public ByteStream pause() {
            source.pause();
            return this;
        }

        @Override
        public ByteStream resume() {
            source.resume();
            return this;
        }

        @Override
        public ByteStream fetch(long amount) {
            source.fetch(amount);
            return this;
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
