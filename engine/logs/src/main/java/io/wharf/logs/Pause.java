package io.wharf.logs;

import java.io.InterruptedIOException;

/** A short wait on a virtual thread where the kernel offers no better one. */
final class Pause {
    private Pause() {}

    static void millis(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
