package io.wharf.events.sinks;

import io.vertx.core.Future;
import io.wharf.base.Event;
import java.time.Duration;
import java.util.List;

/** Where the events of one sink go. One call at a time; after a failure the same events come again. */
interface Outlet {
    /**
     * Makes ready, before the first events.
     *
     * @param newest the newest sequence number that may be there already, or 0 for a new sink
     * @return the last sequence number that is known to be there, or 0
     */
    Future<Long> open(long newest);

    /** Whether the sink's place must be on disk before the next events may go out. */
    default Future<Boolean> turns() {
        return Future.succeededFuture(false);
    }

    /** Brings one batch, as a whole or, after a failure, again. */
    Future<Void> deliver(List<Event> batch);

    /** Makes what was delivered last; the sink's place moves after it. */
    default Future<Void> flush() {
        return Future.succeededFuture();
    }

    /** How long what was delivered may wait for that. */
    default Duration patience() {
        return Duration.ZERO;
    }

    /** Opens files, secrets and certificates anew at the next delivery. */
    void reopen();

    Future<Void> close();

    /** Most events of a batch. */
    int batch();

    /** Shortest and longest wait after failures. */
    Backoff backoff();
}
