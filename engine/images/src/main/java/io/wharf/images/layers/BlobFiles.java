package io.wharf.images.layers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Images;
import io.wharf.linux.Pools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The packed bytes of layers, as they come and go; layers of one content share them. Confined to the verticle's context. */
final class BlobFiles {
    private static final Logger LOG = LoggerFactory.getLogger(BlobFiles.class);

    private final Path folder;
    private final Pools pools;
    private final Images images;
    private final Predicate<Digest> brought;
    private final Map<Digest, Future<Void>> going = new HashMap<>();
    /** On their way into their place, once for each layer that brings them. */
    private final List<Digest> coming = new ArrayList<>();

    /** {@code brought} tells of what is here and not committed yet. */
    BlobFiles(Path folder, Pools pools, Images images, Predicate<Digest> brought) {
        this.folder = folder;
        this.pools = pools;
        this.images = images;
        this.brought = brought;
    }

    Path file(Digest digest) {
        return folder.resolve(digest.hex());
    }

    void coming(Digest digest) {
        coming.add(digest);
    }

    void came(Digest digest) {
        coming.remove(digest);
    }

    /** When nobody removes this one any more. */
    Future<Void> gone(Digest digest) {
        return going.getOrDefault(digest, Future.succeededFuture());
    }

    /** They are being removed until then. */
    void going(List<Digest> digests, Future<Void> gone) {
        digests.forEach(digest -> going.put(digest, gone));
        gone.onComplete(done -> digests.forEach(digest -> going.remove(digest, gone)));
    }

    /** When all that is being removed is gone. */
    Future<Void> settled() {
        return Future.join(new ArrayList<>(going.values())).otherwiseEmpty().mapEmpty();
    }

    /** Removes bytes, but for those that are committed as stored or that work under way brings. */
    Future<Void> delete(List<Blob> some) {
        List<Digest> leaving = some.stream()
                .filter(blob -> blob.kept() && !isNeeded(blob))
                .map(Blob::digest)
                .distinct()
                .toList();
        if (leaving.isEmpty()) {
            return Future.succeededFuture();
        }
        Future<Void> gone = pools.run(() -> {
                    for (Digest digest : leaving) {
                        Files.deleteIfExists(file(digest));
                    }
                })
                .otherwise(failure -> {
                    LOG.warn("removing blobs: {}", failure.toString());
                    return null;
                });
        going(leaving, gone);
        return gone;
    }

    private boolean isNeeded(Blob blob) {
        return images.blobs(blob.diff()).stream()
                        .anyMatch(one -> images.isStored(one) && one.digest().equals(blob.digest()))
                || coming.contains(blob.digest())
                || brought.test(blob.digest());
    }
}
