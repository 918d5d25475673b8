package io.wharf.images.layers;

import io.vertx.core.Future;
import io.wharf.base.Layout;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Images;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an earlier engine left half made, or did not come to remove: no row names it. */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private Leftovers() {}

    /** Makes the folders, and leaves in them what the committed rows name. Before anything else runs. */
    static Future<Void> remove(Layout layout, Pools pools, Images images, DamagedLayers damaged) {
        Set<String> known = new HashSet<>();
        images.layers().forEach(layer -> known.add(layer.chain().hex()));
        Set<String> blobs = new HashSet<>();
        images.blobs()
                .forEach(some -> some.stream()
                        .filter(Blob::kept)
                        .forEach(blob -> blobs.add(blob.digest().hex())));
        return pools.run(() -> {
            for (Path folder : List.of(layout.layers(), layout.ingest(), layout.blobs())) {
                Files.createDirectories(folder);
            }
            removeAllBut(layout.ingest(), Set.of());
            removeAllBut(layout.layers(), damaged.start(known));
            removeAllBut(layout.blobs(), blobs);
        });
    }

    private static void removeAllBut(Path folder, Set<String> known) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (!known.contains(entry.getFileName().toString())) {
                    LOG.info("removing leftover {}", entry);
                    RemoveTree.at(entry);
                }
            }
        }
    }
}
