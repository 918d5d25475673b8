package io.wharf.networking.dns;

import java.util.concurrent.TimeUnit;

/**
 * How long servers are waited for.
 *
 * @param hedgeMillis for the first word, until the next one is asked too: what a dead server costs the first who meets it
 * @param noMillis that a No waits for those named before the one that says it
 * @param patienceNanos that a question stays open, as Docker's
 * @param againNanos between the tries of a server that let others answer first
 * @param deadNanos the same for one that is taken for dead; and how long it must have kept silent for that
 */
record Waits(int hedgeMillis, int noMillis, long patienceNanos, long againNanos, long deadNanos) {
    static final Waits USUAL =
            new Waits(250, 1000, TimeUnit.SECONDS.toNanos(4), TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(5));
}
