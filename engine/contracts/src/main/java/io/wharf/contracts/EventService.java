package io.wharf.contracts;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.wharf.base.Event;

/** The events verticle's answers: the journal, from any place that is kept, as far as the reader wants. */
public interface EventService {
    /**
     * Opens a stream of events. Its demand is the reader's own: one that is slow reads on from disk and neither holds the
     * engine nor loses an event.
     *
     * <p>It fails with GONE, naming the oldest number that is kept, where the reader's next event is no longer kept, also
     * when the reader stands still meanwhile; and with UNAVAILABLE when the engine stops.
     */
    Future<Handle<Flowable<Event>>> subscribe(EventQuery query);

    /** How many streams are open, for {@code docker info}. */
    Future<Integer> listeners();

    /**
     * Which events.
     *
     * @param sinceNanos from this time on, or 0 for only what comes
     * @param untilNanos ends the stream at this time, or 0 for never
     * @param afterSeq resumes after this sequence number, or -1 where the time decides; 0 for all that is kept
     * @param filters Docker's: type, event, container, image, network, volume, label, daemon, scope
     * @param strict whether a time of which events are no longer kept is refused as gone; else the stream begins with the
     *     oldest. A number but 0 that is no longer kept is always refused.
     */
    record EventQuery(long sinceNanos, long untilNanos, long afterSeq, Filters filters, boolean strict) {
        /** As Docker's: what is kept of the time that is asked for. */
        public EventQuery(long sinceNanos, long untilNanos, long afterSeq, Filters filters) {
            this(sinceNanos, untilNanos, afterSeq, filters, afterSeq > 0);
        }
    }
}
