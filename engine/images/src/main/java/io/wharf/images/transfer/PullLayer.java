package io.wharf.images.transfer;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.images.catalog.Layer;
import io.wharf.images.layers.HashedInput;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.NewLayer;
import io.wharf.images.layers.TornArchive;
import io.wharf.images.layers.UnpackLayer;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.registry.Cancellation;
import io.wharf.images.registry.Download;
import io.wharf.images.registry.Downloads;
import io.wharf.images.registry.GrowingFile;
import io.wharf.images.registry.Repository;
import io.wharf.images.spec.Descriptor;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import io.wharf.tar.TarLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Fetches one layer and unpacks it as it comes, telling Docker's steps. */
final class PullLayer implements Download.Watcher {
    private static final long INTERVAL_NANOS = 100_000_000;

    private final Repository repository;
    private final Downloads downloads;
    private final UnpackLayer unpack;
    private final Pools threads;
    private final ProgressFeed feed;
    private final Descriptor part;
    private final Cancellation wish;
    private final String shown;
    private @Nullable Download download;
    private boolean complete;
    private long told;

    PullLayer(
            Repository repository,
            Downloads downloads,
            UnpackLayer unpack,
            Pools threads,
            ProgressFeed feed,
            Descriptor part,
            Cancellation wish) {
        this.repository = repository;
        this.downloads = downloads;
        this.unpack = unpack;
        this.threads = threads;
        this.feed = feed;
        this.part = part;
        this.wish = wish;
        this.shown = shown(part);
    }

    static String shown(Descriptor part) {
        return Ids.shortOf(part.digest().hex());
    }

    Future<Layer> run(LayerStore.Hold hold, @Nullable Digest parent, Digest diff) {
        Layer here = hold.have(parent, diff);
        if (here != null) {
            feed.say(Progress.step(shown, "Already exists"));
            return Future.succeededFuture(here);
        }
        if (!join().isRunning()) {
            feed.say(Progress.step(shown, "Waiting"));
        }
        Runnable leave = this::leave;
        wish.onCancel(leave);
        return hold.ensure(parent, diff, () -> fetch(true))
                .onSuccess(layer -> feed.say(Progress.step(shown, "Pull complete")))
                .onComplete(done -> {
                    wish.forget(leave);
                    leave();
                });
    }

    private Download join() {
        complete = false;
        download = downloads.join(part, repository, this);
        return download;
    }

    private void leave() {
        Download joined = download;
        if (joined != null) {
            download = null;
            downloads.leave(part, joined, this);
        }
    }

    private Download rejoin() {
        leave();
        return join();
    }

    private Future<NewLayer> fetch(boolean first) {
        Download joined = download;
        if (joined == null || wish.isCancelled()) {
            return Future.failedFuture(Cancellation.withdrawn());
        }
        Download source = downloads.isCurrent(part, joined) ? joined : rejoin();
        Context context = Vertx.currentContext();
        GrowingFile file = source.file();
        return wish.orCancelled(source.begun(), late -> {})
                .compose(begun -> unpack.run(
                        () -> Future.succeededFuture(() -> file.open(count -> extracted(context, file, count))),
                        file.path()))
                .compose(this::check)
                .recover(failure -> {
                    Throwable broken = file.failure();
                    if (broken == null) {
                        return again(source, failure, first);
                    }
                    // The bytes did not come: what the unpacker makes of that is of no interest.
                    if (wish.isCancelled() || source.isFrom(repository)) {
                        return Future.failedFuture(broken);
                    }
                    // Another's registry, or client, is no reason to fail; what came by it stays.
                    rejoin();
                    return fetch(first);
                });
    }

    /** Bytes that are no good go; where others may be had, or these came by another's registry, they are fetched, once. */
    private Future<NewLayer> again(Download source, Throwable failure, boolean first) {
        return areWrong(source.file(), failure).compose(wrong -> {
            if (!wrong) {
                return TornArchive.told(failure);
            }
            return downloads.discard(part, source).compose(gone -> {
                boolean own = source.isFrom(repository);
                if (wish.isCancelled() || (own && !(first && source.isWorthRepeating(failure)))) {
                    return TornArchive.told(failure);
                }
                rejoin();
                return fetch(first && !own);
            });
        });
    }

    /** Whether it is the bytes' fault; a full disk or a limit says nothing about them. */
    private Future<Boolean> areWrong(GrowingFile file, Throwable failure) {
        if (file.isComplete()) {
            return threads.call(() -> !digestOf(file.path()).equals(part.digest()))
                    .otherwise(false);
        }
        boolean local = false;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            local |= at instanceof LinuxException || at instanceof FileSystemException || TarLimits.isRefusal(at);
        }
        return Future.succeededFuture(!local);
    }

    private static Digest digestOf(Path file) throws IOException {
        try (HashedInput in = new HashedInput(Files.newInputStream(file), null)) {
            in.transferTo(OutputStream.nullOutputStream());
            return in.digest();
        }
    }

    /** What is right gets a name of its own: the download stays until the image is committed, should the engine die before. */
    private Future<NewLayer> check(NewLayer layer) {
        if (layer.blobDigest().equals(part.digest()) && layer.blobBytes() == part.size()) {
            feed.say(Progress.amount(shown, "Extracting", part.size(), part.size()));
            return threads.call(() -> layer.withBlobFile(downloads.secondName(layer.blobFile())))
                    .recover(failure -> refused(layer, failure));
        }
        return refused(
                layer, WharfException.internal("filesystem layer verification failed for digest " + part.digest()));
    }

    /** The bytes are the download's, and others may be reading them. */
    private Future<NewLayer> refused(NewLayer layer, Throwable why) {
        return threads.run(() -> RemoveTree.at(layer.folder())).transform(gone -> Future.failedFuture(why));
    }

    @Override
    public void at(long bytes) {
        if (!complete) {
            feed.say(Progress.amount(shown, "Downloading", bytes, part.size()));
        }
    }

    @Override
    public void retrying(long seconds) {
        feed.say(Progress.step(shown, "Retrying in " + seconds + (seconds == 1 ? " second" : " seconds")));
    }

    @Override
    public void complete() {
        complete = true;
        feed.say(Progress.step(shown, "Verifying Checksum"));
        feed.say(Progress.step(shown, "Download complete"));
    }

    /**
     * Unpacking is told once there is nothing more to be told of the download, its end by whoever checks the layer: a
     * small one is unpacked before its download is known to be complete. Called on the unpacker's thread.
     */
    private void extracted(Context context, GrowingFile file, long count) {
        long now = System.nanoTime();
        if (file.isComplete() && now - told >= INTERVAL_NANOS) {
            told = now;
            context.runOnContext(turn -> feed.say(Progress.amount(shown, "Extracting", count, part.size())));
        }
    }
}
