package io.wharf.images;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.linux.Pools;
import java.nio.file.Files;
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

    private Future<NewLayer> fetch(boolean first) {
        Download source = download;
        if (source == null || wish.isCancelled()) {
            return Future.failedFuture(Cancellation.withdrawn());
        }
        Context context = Vertx.currentContext();
        GrowingFile file = source.file();
        return wish.orCancelled(source.begun(), late -> {})
                .compose(begun -> unpack.run(
                        () -> Future.succeededFuture(() -> file.open(count -> extracted(context, file, count))),
                        file.path()))
                .compose(this::check)
                .recover(failure -> {
                    Throwable broken = file.failure();
                    if (broken != null) {
                        // The bytes did not come: what the unpacker makes of that is of no interest.
                        return Future.failedFuture(broken);
                    }
                    return again(source, failure, first);
                });
    }

    /** The bytes are no good and go; where others may be had they are fetched, once. */
    private Future<NewLayer> again(Download source, Throwable failure, boolean first) {
        downloads.forget(part, source);
        return threads.call(() -> Files.deleteIfExists(source.file().path())).compose(gone -> {
            if (!first || wish.isCancelled() || !source.isWorthRepeating(failure)) {
                return TornArchive.told(failure);
            }
            leave();
            join();
            return fetch(false);
        });
    }

    /** What is right gets a name of its own: the download stays until the image is committed, should the engine die before. */
    private Future<NewLayer> check(NewLayer layer) {
        if (layer.blobDigest().equals(part.digest()) && layer.blobBytes() == part.size()) {
            feed.say(Progress.amount(shown, "Extracting", part.size(), part.size()));
            return threads.call(() -> layer.withBlobFile(downloads.secondName(layer.blobFile())));
        }
        return unpack.discard(layer)
                .compose(gone -> Future.failedFuture(
                        WharfException.internal("filesystem layer verification failed for digest " + part.digest())));
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
