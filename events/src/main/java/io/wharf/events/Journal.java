package io.wharf.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.base.Row;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventService.EventQuery;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the journal: the newest events from memory, older ones from their table. Confined to the verticle's context.
 */
final class Journal {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    /** Events a page from disk holds; a subscription keeps no more than one page. */
    static final int PAGE = 256;

    private static final int RECENT = 1024;
    private static final Duration KEPT = Duration.ofDays(7);
    // About 256 MB at the 250 to 300 bytes that a row of a container's event takes.
    private static final long KEPT_ROWS = 1_000_000;
    private static final TypeReference<Map<String, String>> ATTRIBUTES = new TypeReference<>() {};
    private static final String COLUMNS = "SELECT seq, time_ns, type, action, actor, attributes FROM journal ";

    private final Store store;
    private final Deque<Event> recent = new ArrayDeque<>();
    private long lastSeq;

    Journal(Store store) {
        this.store = store;
    }

    Future<Void> open() {
        return store.read("SELECT coalesce(max(seq), 0) FROM journal", row -> row.number(1))
                .onSuccess(rows -> lastSeq = Math.max(lastSeq, rows.getFirst()))
                .mapEmpty();
    }

    void append(List<Event> events) {
        for (Event event : events) {
            recent.addLast(event);
            if (recent.size() > RECENT) {
                recent.removeFirst();
            }
            lastSeq = Math.max(lastSeq, event.seq());
        }
    }

    /** The sequence number after which a query begins. */
    Future<Long> position(EventQuery query) {
        if (query.afterSeq() >= 0) {
            return store.read("SELECT coalesce(min(seq), 1) FROM journal", row -> row.number(1))
                    .map(rows -> {
                        if (query.afterSeq() + 1 < rows.getFirst()) {
                            throw new WharfException(
                                    ErrorKind.GONE,
                                    "events up to " + (rows.getFirst() - 1) + " are no longer kept; the oldest is "
                                            + rows.getFirst());
                        }
                        return query.afterSeq();
                    });
        }
        if (query.sinceNanos() <= 0) {
            return Future.succeededFuture(lastSeq);
        }
        return store.read(
                        // By the index: times rise with the numbers.
                        "SELECT coalesce((SELECT seq FROM journal WHERE time_ns < ? ORDER BY time_ns DESC LIMIT 1), 0)",
                        row -> row.number(1),
                        query.sinceNanos())
                .map(List::getFirst);
    }

    /** The newest number that is committed. */
    long last() {
        return lastSeq;
    }

    /** The oldest number that is kept. */
    Future<Long> oldest() {
        return store.read("SELECT coalesce(min(seq), 1) FROM journal", row -> row.number(1))
                .map(List::getFirst);
    }

    boolean hasAfter(long seq) {
        return seq < lastSeq;
    }

    /** Up to a page of events that follow {@code seq}, in order. */
    Future<List<Event>> after(long seq) {
        Event oldest = recent.peekFirst();
        if (oldest != null && oldest.seq() <= seq + 1) {
            List<Event> page = new ArrayList<>();
            for (Event event : recent) {
                if (event.seq() > seq && page.size() < PAGE) {
                    page.add(event);
                }
            }
            return Future.succeededFuture(page);
        }
        return store.read(COLUMNS + "WHERE seq > ? ORDER BY seq LIMIT " + PAGE, Journal::event, seq);
    }

    void trim() {
        long horizon = Times.nowNanos() - KEPT.toNanos();
        // The newest row always stays: the next start counts on from it.
        store.write(tx -> tx.update(
                        "DELETE FROM journal WHERE seq < (SELECT max(seq) FROM journal) AND"
                                + " (time_ns < ? OR seq <= (SELECT max(seq) FROM journal) - " + KEPT_ROWS + ")",
                        horizon))
                .onFailure(e -> LOG.warn("Cannot trim the journal: {}", e.getMessage()));
    }

    private static Event event(Row row) {
        try {
            return new Event(
                    row.number(1),
                    row.number(2),
                    row.text(3),
                    row.text(4),
                    row.text(5),
                    Json.MAPPER.readValue(row.text(6), ATTRIBUTES));
        } catch (JsonProcessingException e) {
            throw WharfException.internal("event " + row.number(1) + " cannot be read", e);
        }
    }
}
