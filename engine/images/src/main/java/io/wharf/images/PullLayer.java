package io.wharf.images;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.streams.BlockingInput;
import org.jspecify.annotations.Nullable;

/** Fetches one layer and unpacks it as it comes, telling Docker's steps. */
final class PullLayer {
    /** Docker's terminals show no more than this. */
    private static final long INTERVAL_NANOS = 100_000_000;

    private final RegistrySession session;
    private final UnpackLayer unpack;
    private final ProgressFeed feed;
    private final Descriptor part;
    private final Pull pull;
    private long told = System.nanoTime();
    private boolean complete;
    private @Nullable ResponseBytes bytes;

    PullLayer(RegistrySession session, UnpackLayer unpack, ProgressFeed feed, Descriptor part, Pull pull) {
        this.session = session;
        this.unpack = unpack;
        this.feed = feed;
        this.part = part;
        this.pull = pull;
    }

    static String shown(Descriptor part) {
        return Ids.shortOf(part.digest().hex());
    }

    Future<Layer> run(LayerStore.Hold hold, @Nullable Digest parent, Digest diff, boolean later) {
        Layer here = hold.have(parent, diff);
        if (here != null) {
            feed.say(Progress.status(shown(part), "Already exists"));
            return Future.succeededFuture(here);
        }
        if (later) {
            feed.say(Progress.status(shown(part), "Waiting"));
        }
        return hold.ensure(parent, diff, this::fetch)
                .onSuccess(layer -> feed.say(Progress.status(shown(part), "Pull complete")));
    }

    private Future<NewLayer> fetch() {
        return unpack.run(this::begin, true).compose(this::check).onComplete(done -> {
            if (bytes != null) {
                pull.closed(bytes);
            }
        });
    }

    private Future<UnpackLayer.Opener> begin() {
        if (pull.isCancelled()) {
            return Future.failedFuture(Pull.withdrawn());
        }
        return session.blob(part.digest(), this::downloaded).map(opened -> {
            bytes = opened;
            pull.opened(opened);
            BlockingInput input = BlockingInput.of(opened);
            return () -> input;
        });
    }

    private void downloaded(long count) {
        long now = System.nanoTime();
        if (count > part.size() && bytes != null) {
            // More than was promised would fill the disk before the digest could tell.
            bytes.close();
        } else if (count == part.size() && !complete) {
            complete = true;
            feed.say(Progress.status(shown(part), "Download complete"));
            feed.say(Progress.amount(shown(part), "Extracting", part.size(), part.size()));
        } else if (now - told >= INTERVAL_NANOS) {
            told = now;
            feed.say(Progress.amount(shown(part), "Downloading", count, part.size()));
        }
    }

    private Future<NewLayer> check(NewLayer layer) {
        if (layer.blobDigest().equals(part.digest()) && layer.blobBytes() == part.size()) {
            return Future.succeededFuture(layer);
        }
        return unpack.discard(layer)
                .compose(gone -> Future.failedFuture(
                        WharfException.internal("filesystem layer verification failed for digest " + part.digest())));
    }
}
