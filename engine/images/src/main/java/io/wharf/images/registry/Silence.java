package io.wharf.images.registry;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.io.InputStream;

/**
 * Breaks off a response that falls silent in the midst of its body: a request's own timeout ends with the head. Only the
 * time counts in which somebody waits for bytes; a reader that is busy with a disk holds the registry up, not the reverse.
 */
final class Silence implements AutoCloseable {
    private static final long NOBODY_WAITS = Long.MIN_VALUE;
    private static final int LOOKS = 4;

    private final Vertx vertx;
    private final int millis;
    private final long timer;
    private volatile long waitingSince = NOBODY_WAITS;
    private volatile boolean broken;

    Silence(Vertx vertx, HttpClientResponse response, int millis) {
        this.vertx = vertx;
        this.millis = millis;
        timer = vertx.setPeriodic(Math.max(1, millis / LOOKS), turn -> {
            long since = waitingSince;
            if (!broken && since != NOBODY_WAITS && System.nanoTime() - since > millis * 1_000_000L) {
                broken = true;
                response.request().reset();
            }
        });
    }

    /** Reads as the stream does. Blocks. */
    int read(InputStream in, byte[] chunk) throws IOException {
        waitingSince = System.nanoTime();
        try {
            return in.read(chunk, 0, chunk.length);
        } finally {
            waitingSince = NOBODY_WAITS;
        }
    }

    /** What a failure of the reading was: where it was made here, the silence. */
    Exception told(Exception failure) {
        return broken ? new IOException("no byte of the body in " + millis + " ms", failure) : failure;
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
