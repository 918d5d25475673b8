package io.wharf.contracts;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.wharf.base.Event;

/** The events verticle's answers: the journal, from any place that is kept, as far as the reader wants. */
public interface EventService {
    /**
     * Opens a stream of events. Its demand is the reader's own: one that is slow reads on from disk and neither holds the
     * engine nor loses an event.
     */
    Future<Handle<Flowable<Event>>> subscribe(EventQuery query);

    /** How many streams are open, for {@code docker info}. */
    Future<Integer> listeners();

    /**
     * Which events.
     *
     * @param sinceNanos from this time on, or 0 for only what comes
     * @param untilNanos ends the stream at this time, or 0 for never
     * @param afterSeq resumes after this sequence number, or -1 where the time decides
     * @param filters Docker's: type, event, container, image, network, volume, label, daemon, scope
     */
    record EventQuery(long sinceNanos, long untilNanos, long afterSeq, Filters filters) {}
}
