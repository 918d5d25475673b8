package io.wharf.images.layers;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.Layout;
import io.wharf.base.Slots;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import io.wharf.tar.BytePipe;
import io.wharf.tar.Compression;
import io.wharf.tar.TarLimits;
import io.wharf.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes in one layer: hashes it as it comes, unpacks it under a temporary name and keeps either its bytes or the record of
 * its tar. Packed layers are inflated on a thread of their own; what lies between is a few chunks.
 */
public final class UnpackLayer {
    /** Layers at a time; each takes up to two threads of the pool. */
    public static final int AT_ONCE = 3;

    private static final int BUFFER = 64 << 10;

    private final Layout layout;
    private final Pools pools;
    private final Slots slots;
    private final TarLimits limits;

    public UnpackLayer(Layout layout, Pools pools, TarLimits limits) {
        this.layout = layout;
        this.pools = pools;
        this.limits = limits;
        this.slots = new Slots(AT_ONCE);
    }

    public TarLimits limits() {
        return limits;
    }

    /** Opens the bytes of a layer, on a pool's thread. */
    public interface Opener {
        InputStream open() throws IOException;
    }

    /** The folder is the caller's to move or to discard; after a failure nothing is left. */
    public Future<NewLayer> run(Opener opener, boolean keepBlob) {
        return run(() -> Future.succeededFuture(opener), keepBlob);
    }

    /** As above, with bytes that are asked for only when it is this layer's turn, on the caller's context. */
    Future<NewLayer> run(Supplier<Future<Opener>> source, boolean keepBlob) {
        Path blob = layout.ingest().resolve("blob-" + Ids.random());
        return run(source, blob, keepBlob ? blob : null, !keepBlob)
                .recover(failure ->
                        pools.run(() -> Files.deleteIfExists(blob)).transform(done -> Future.failedFuture(failure)));
    }

    /** As above, of bytes that come into a file by another's hand: it is the blob, and stays there after a failure. */
    public Future<NewLayer> run(Supplier<Future<Opener>> source, Path lying) {
        return run(source, lying, null, false);
    }

    private Future<NewLayer> run(Supplier<Future<Opener>> source, Path blob, @Nullable Path copy, boolean record) {
        Path folder = layout.ingest().resolve("layer-" + Ids.random());
        return slots.run(() -> source.get()
                        .compose(opener -> pools.call(() -> begin(opener, folder, copy, record)))
                        .compose(begun -> begun.unpacked.map(unpacked -> new NewLayer(
                                folder,
                                unpacked.tar.digest(),
                                unpacked.tar.count(),
                                unpacked.contentBytes,
                                begun.outer.digest(),
                                begun.outer.count(),
                                blob))))
                .recover(failure ->
                        pools.run(() -> RemoveTree.at(folder)).transform(done -> Future.failedFuture(failure)));
    }

    public static Future<Void> discard(Pools pools, NewLayer layer) {
        return pools.run(() -> {
            RemoveTree.at(layer.folder());
            Files.deleteIfExists(layer.blobFile());
        });
    }

    private record Unpacked(HashedInput tar, long contentBytes) {}

    private record Begun(HashedInput outer, Future<Unpacked> unpacked) {}

    /** Runs to the end of the bytes that come; what is unpacked elsewhere may end a little later. */
    private Begun begin(Opener opener, Path folder, @Nullable Path blob, boolean record) throws IOException {
        Files.createDirectory(folder);
        try (InputStream raw = opener.open();
                OutputStream copy = blob == null ? null : Files.newOutputStream(blob)) {
            HashedInput outer = new HashedInput(raw, copy);
            BufferedInputStream in = new BufferedInputStream(outer, BUFFER);
            Compression compression = Compression.of(in);
            if (compression == Compression.NONE) {
                Unpacked unpacked = unpack(folder, in, record);
                return new Begun(outer, Future.succeededFuture(unpacked));
            }
            BytePipe pipe = new BytePipe();
            Future<Unpacked> unpacked = pools.call(() -> {
                try (InputStream tar = pipe.source) {
                    return unpack(folder, tar, record);
                }
            });
            try {
                inflate(compression, in, outer, pipe);
            } catch (IOException | RuntimeException e) {
                pipe.fail(e);
                // The folder may go only when nobody writes into it any more; the unpacker's own failure comes first.
                return new Begun(outer, unpacked.compose(done -> Future.failedFuture(e)));
            }
            return new Begun(outer, unpacked);
        }
    }

    private void inflate(Compression compression, InputStream in, HashedInput outer, BytePipe pipe) throws IOException {
        try (InputStream plain = compression.open(in)) {
            byte[] chunk = new byte[BUFFER];
            long bytes = 0;
            for (int count = plain.read(chunk); count >= 0; count = plain.read(chunk)) {
                pipe.sink.write(chunk, 0, count);
                bytes += count;
                limits.checkRatio(outer.count(), bytes);
            }
            pipe.sink.close();
            // What follows the packed data counts for the digest.
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private Unpacked unpack(Path folder, InputStream in, boolean record) throws IOException {
        HashedInput tar = new HashedInput(in, null);
        try (TarSplitWriter split = record ? new TarSplitWriter(folder) : null;
                UnpackTree tree = new UnpackTree(folder, split)) {
            long bytes = tree.unpack(new TarReader(new BufferedInputStream(tar, BUFFER), split, limits));
            return new Unpacked(tar, bytes);
        }
    }
}
