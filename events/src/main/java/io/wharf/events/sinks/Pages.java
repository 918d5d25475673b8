package io.wharf.events.sinks;

import io.vertx.core.Future;
import io.wharf.base.Event;
import java.util.List;

/** The journal, as far as a sink needs it; asked on the owner's context alone. */
public interface Pages {
    /**
     * Some of the events that follow a sequence number, in order and without gaps among them, and bounded in bytes. They begin later than asked
     * where what comes before is no longer kept, and are empty where there are none.
     */
    Future<List<Event>> after(long seq);

    /** The oldest sequence number that is kept; of an empty journal the next one. */
    Future<Long> oldest();

    /** The newest sequence number that was given. */
    long newest();
}
