package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Layout;
import io.wharf.base.Slots;
import io.wharf.images.spec.Descriptor;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The blobs that are being fetched, each once whoever wants it, so many at a time. Confined to the verticle's context. */
public final class Downloads {
    private static final Logger LOG = LoggerFactory.getLogger(Downloads.class);
    /** For so long a blob that came in part waits for somebody to go on with it. */
    private static final Duration KEPT = Duration.ofDays(1);

    private final Vertx vertx;
    private final Layout layout;
    private final Pools threads;
    private final Registries registries;
    private final Map<Digest, Download> running = new HashMap<>();
    private Slots slots;
    private int atOnce;
    private Future<Void> swept = Future.succeededFuture();

    public Downloads(Vertx vertx, Layout layout, Pools threads, Registries registries) {
        this.vertx = vertx;
        this.layout = layout;
        this.threads = threads;
        this.registries = registries;
        this.atOnce = registries.options().downloads();
        this.slots = new Slots(atOnce);
    }

    /** The blob's download, begun where nobody has; {@link #leave} must follow. */
    public Download join(Descriptor part, Repository repository, Download.Watcher watcher) {
        Download known = running.get(part.digest());
        if (known != null && known.file().failure() == null) {
            known.add(watcher);
            return known;
        }
        if (atOnce != registries.options().downloads()) {
            atOnce = registries.options().downloads();
            slots = new Slots(atOnce);
        }
        Path file = layout.downloads().resolve(part.digest().hex());
        Download made = new Download(vertx, threads, registries.patience(), part, repository, file);
        made.add(watcher);
        running.put(part.digest(), made);
        Slots turn = slots;
        swept.compose(done -> made.run(turn))
                .onFailure(failure -> LOG.debug("blob {}: {}", part.digest(), failure.getMessage()));
        return made;
    }

    /** Ends the download where nobody else wants it; what came stays for the next. */
    public void leave(Descriptor part, Download download, Download.Watcher watcher) {
        if (!download.remove(watcher)) {
            running.remove(part.digest(), download);
            download.cancel();
        }
    }

    /** Whether those who join get this download; else its bytes were found to be no good, or it has failed. */
    public boolean isCurrent(Descriptor part, Download download) {
        return running.get(part.digest()) == download;
    }

    /** Removes bytes that are no good, once for all who wanted them; who comes for the blob then begins anew. */
    public Future<Void> discard(Descriptor part, Download download) {
        if (!running.remove(part.digest(), download)) {
            // What lies there now is another's.
            return Future.succeededFuture();
        }
        Future<Void> gone =
                threads.run(() -> Files.deleteIfExists(download.file().path()));
        holdUntil(gone);
        return gone;
    }

    /** Whoever begins from now on does so after this, too. */
    private void holdUntil(Future<Void> gone) {
        swept = Future.join(swept, gone).otherwiseEmpty().mapEmpty();
    }

    /** A further name for a blob that is whole, for whoever may move or remove it. Blocks. */
    public Path secondName(Path file) throws IOException {
        Path name = layout.ingest().resolve("blob-" + Ids.random());
        try {
            return Files.createLink(name, file);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("no second name for {}: {}", file, e.toString());
            return Files.move(file, name);
        }
    }

    /** Lets go of blobs whose image is committed; who comes for one meanwhile waits. */
    public Future<Void> committed(List<Descriptor> parts) {
        List<Path> files = parts.stream()
                .map(Descriptor::digest)
                .filter(digest -> !running.containsKey(digest))
                .map(digest -> layout.downloads().resolve(digest.hex()))
                .toList();
        Future<Void> gone = threads.run(() -> {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        });
        holdUntil(gone);
        return gone;
    }

    /** Removes what nobody went on with for a day; who comes for it meanwhile waits. */
    public Future<Void> sweep() {
        Set<String> spared = new HashSet<>();
        running.keySet().forEach(digest -> spared.add(digest.hex()));
        Future<Void> gone = threads.run(() -> sweep(layout.downloads(), spared)).otherwise(failure -> {
            LOG.warn("removing beginnings of blobs: {}", failure.toString());
            return null;
        });
        holdUntil(gone);
        return gone;
    }

    /** The same while nothing is being fetched; a failure leaves them to the next time. Blocks. */
    public static void sweep(Path folder) {
        sweep(folder, Set.of());
    }

    private static void sweep(Path folder, Set<String> spared) {
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
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("removing beginnings of blobs: {}", e.toString());
        }
    }
}
