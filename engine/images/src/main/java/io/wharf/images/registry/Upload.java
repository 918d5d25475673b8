package io.wharf.images.registry;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.images.registry.UploadRequests.Begun;
import java.util.function.LongConsumer;

/**
 * Sends one blob and goes on where a broken connection left off: the registry knows how much it has. One that has given up
 * gets it anew.
 *
 * <p>All goes in one request, which every registry takes, until something breaks; then in parts, so that less is lost next
 * time, and proxies that refuse long bodies let them pass.
 */
public final class Upload {
    private static final long PART = 16 << 20;

    private final RegistrySession session;
    private final UploadRequests requests;
    private final Digest digest;
    private final long size;
    private final Content content;
    private final LongConsumer retrying;
    private long part = Long.MAX_VALUE;
    private long best;
    private int failures;

    /** The bytes of the blob from a place on. */
    @FunctionalInterface
    public interface Content {
        ByteStream from(long offset, long length);
    }

    /** {@code retrying} hears of the milliseconds until the next attempt. */
    public Upload(RegistrySession session, Digest digest, long size, Content content, LongConsumer retrying) {
        this.session = session;
        this.requests = session.uploads();
        this.digest = digest;
        this.size = size;
        this.content = content;
        this.retrying = retrying;
    }

    /** Sends to an upload that was begun. */
    public Future<Void> run(Begun begun) {
        long left = size - begun.offset();
        if (left <= 0) {
            return requests.finish(begun, digest).compose(Future::succeededFuture, failure -> again(begun, failure));
        }
        long length = Math.min(part, left);
        ByteStream bytes = content.from(begun.offset(), length);
        return requests.append(begun, length, bytes)
                .onFailure(failure -> bytes.close())
                .compose(this::run, failure -> again(begun, failure));
    }

    private Future<Void> again(Begun begun, Throwable failure) {
        // What goes on may have been forgotten meanwhile; what begins and is refused stays refused.
        boolean passing = failure instanceof Unanswered || begun.offset() > 0;
        if (!passing
                || session.isWithdrawn()
                || failures + 1 >= session.patience().attempts()) {
            return Future.failedFuture(failure.getCause() instanceof WharfException refusal ? refusal : failure);
        }
        part = PART;
        long millis = session.patience().backoff(failures++);
        retrying.accept(millis);
        return session.pause(millis)
                .compose(rested -> requests.status(begun))
                .compose(
                        next -> {
                            if (next.offset() > best) {
                                // It gets on: the patience is for one that does not.
                                best = next.offset();
                                failures = 0;
                            }
                            return run(next);
                        },
                        lost -> lost instanceof Unanswered ? again(begun, lost) : anew(begun));
    }

    /** Unless it had arrived, and only the answer was lost. */
    private Future<Void> anew(Begun begun) {
        return session.hasBlob(digest)
                .compose(has -> has ? Future.<Begun>succeededFuture() : requests.begin())
                .compose(next -> next == null ? Future.succeededFuture() : run(next), failure -> again(begun, failure));
    }
}
