package io.wharf.images;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Layout;
import io.wharf.base.Slots;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
    /** A further name for a blob that is whole, for whoever may move or remove it. Blocks. */
    Path secondName(Path file) throws IOException {
        Path name = layout.ingest().resolve("blob-" + Ids.random());
        try {
            return Files.createLink(name, file);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("no second name for {}: {}", file, e.toString());
            return Files.move(file, name);
        }
    }

    /** Lets go of blobs whose image is committed. */
    Future<Void> committed(List<Descriptor> parts) {
        List<Path> files = parts.stream()
                .map(Descriptor::digest)
                .filter(digest -> !running.containsKey(digest))
                .map(digest -> layout.downloads().resolve(digest.hex()))
                .toList();
        return threads.run(() -> {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        });
    }

    /** Removes what nobody went on with for a day; who comes for it meanwhile waits. */
    Future<Void> sweep() {
        Set<String> spared = new HashSet<>();
        running.keySet().forEach(digest -> spared.add(digest.hex()));
        swept = threads.run(() -> sweep(layout.downloads(), spared)).otherwise(failure -> {
            LOG.warn("removing beginnings of blobs: {}", failure.toString());
            return null;
        });
        return swept;
    }

    /** The same while nothing is being fetched. Blocks. */
    static void sweep(Path folder, Set<String> spared) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Instant oldest = Instant.now().minus(KEPT);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!spared.contains(file.getFileName().toString())
                        && Files.getLastModifiedTime(file).toInstant().isBefore(oldest)) {
                    LOG.info("removing the beginning of a blob {}", file);
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
