package io.wharf.images;

import io.wharf.base.Digest;
import io.wharf.base.Store;
import io.wharf.images.catalog.Attestations;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletionException;

/**
 * A packed statement out of the database, a part at a time: clients that stand still hold no more than that. For threads
 * that may block.
 */
final class StoredStatement extends InputStream {
    private static final int PART = 64 << 10;

    private final Store store;
    private final Digest image;
    private final Attestations.Kept one;
    private byte[] part = {};
    private int at;
    private long read;
    private boolean ended;

    StoredStatement(Store store, Digest image, Attestations.Kept one) {
        this.store = store;
        this.image = image;
        this.one = one;
    }

    @Override
    public int read() throws IOException {
        return fill() ? part[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, part.length - at);
        System.arraycopy(part, at, into, offset, count);
        at += count;
        return count;
    }

    /** Whether there is more. */
    private boolean fill() throws IOException {
        if (at == part.length && !ended) {
            byte[] next;
            try {
                next = Attestations.part(store, image, one, read, PART)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException e) {
                throw new IOException(e.getCause());
            }
            if (next == null) {
                throw new IOException("the statement is gone: its image was removed, or pulled again");
            }
            ended = next.length < PART;
            read += next.length;
            part = next;
            at = 0;
        }
        return at < part.length;
    }
}
