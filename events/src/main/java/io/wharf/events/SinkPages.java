package io.wharf.events;

import io.vertx.core.Future;
import io.wharf.base.Event;
import io.wharf.events.sinks.Pages;
import java.util.List;

/** The journal as the sinks read it. */
final class SinkPages implements Pages {
    private final Journal journal;

    SinkPages(Journal journal) {
        this.journal = journal;
    }

    @Override
    public Future<List<Event>> after(long seq) {
        return journal.after(seq);
    }

    @Override
    public Future<Long> oldest() {
        return Future.succeededFuture(journal.oldest());
    }

    @Override
    public long newest() {
        return journal.last();
    }
}
