package io.wharf.images;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.linux.Pools;
import io.wharf.linux.Sha256;
import io.wharf.streams.BlockingOutput;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Sends one layer, unless the registry has it: its kept bytes as they are, or packed anew on the way. */
final class PushLayer {
    private static final long INTERVAL_NANOS = 100_000_000;

    private final RegistrySession session;
    private final Images images;
    private final LayerStore layers;
    private final Pools bulk;
    private final ProgressFeed feed;
    private final Reference target;
    private final Layer layer;
    private final String shown;
    private long told = System.nanoTime();

    PushLayer(
            RegistrySession session,
            Images images,
            LayerStore layers,
            Pools bulk,
            ProgressFeed feed,
            Reference target,
            Layer layer) {
        this.session = session;
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
            Optional<Blob> kept = forms.stream().filter(Blob::kept).findFirst();
            if (kept.isPresent()) {
                return sendKept(kept.get()).map(wanted == null ? descriptor(kept.get()) : wanted);
            }
            return wanted == null
                    ? pack()
                    : Future.failedFuture(
                            WharfException.internal("layer " + wanted.digest() + " is not here any more"));
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

    private Future<Void> sendKept(Blob blob) {
        String from = otherRepository();
        return session.startUpload(from == null ? null : blob.digest(), from).compose(location -> {
            if (location == null) {
                feed.say(Progress.status(shown, "Mounted from " + from));
                return Future.succeededFuture();
            }
            return session.finish(
                            location,
                            blob.digest(),
                            blob.size(),
                            request -> request.send(
                                    new SentBytes(BlobSource.of(images, layers, bulk, layer, blob), blob.size())))
                    .onSuccess(done -> feed.say(Progress.status(shown, "Pushed")));
        });
    }

    /** Another repository of the same registry by which this layer came, and where it therefore lies. */
    private @Nullable String otherRepository() {
        for (Image image : images.all()) {
            if (image.layers().contains(layer.chain())) {
                for (String name : images.names(image.id())) {
                    Reference other = Reference.parse(name);
                    if (other.digest() != null
                            && other.domain().equals(target.domain())
                            && !other.path().equals(target.path())) {
                        return other.path();
                    }
                }
            }
        }
        return null;
    }

    private Future<Descriptor> pack() {
        BlockingOutput out = new BlockingOutput();
        LayerTar tar = LayerTar.of(images, layers, layer);
        Future<Packed> packed = bulk.call(() -> {
                    Packed counted = new Packed(out);
                    try (OutputStream gzip = new GZIPOutputStream(counted, 32 << 10)) {
                        tar.writeTo(gzip);
                    }
                    return counted;
                })
                .onFailure(out::fail);
        return session.startUpload(null, null)
                .compose(location ->
                        session.append(String.valueOf(location), new SentBytes(out.bytes(), layer.tarSize())))
                .onFailure(failure -> out.bytes().close())
                .compose(location -> packed.compose(done -> {
                    Digest digest = Digest.finish(done.hash);
                    return session.finish(location, digest, 0, request -> request.send(Buffer.buffer()))
                            .map(sent -> new Descriptor(MediaTypes.DOCKER_LAYER, digest, done.count));
                }))
                .onSuccess(done -> feed.say(Progress.status(shown, "Pushed")));
    }

    private static final class Packed extends FilterOutputStream {
        final MessageDigest hash = Sha256.create();
        long count;

        Packed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            hash.update(from, offset, length);
            count += length;
            out.write(from, offset, length);
        }
    }

    /** Passes bytes on and tells how many went. */
    private final class SentBytes implements ByteStream {
        private final ByteStream source;
        private final long size;
        private long count;

        SentBytes(ByteStream source, long size) {
            this.source = source;
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
                                handler.handle(buffer);
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
