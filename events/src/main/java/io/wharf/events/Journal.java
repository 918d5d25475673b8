package io.wharf.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.base.Row;
import io.wharf.base.Slots;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventService.EventQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the journal: the newest events from memory, older ones from their table. Confined to the verticle's context.
 */
final class Journal {
    /** Rows that are looked at in one go on disk. */
    static final int PAGE = 256;
    /** What a page holds at most, as it is stored; one event that is larger is a page of its own. */
    static final int PAGE_BYTES = 1 << 20;

    private static final int RECENT = 2048;
    private static final long RECENT_BYTES = 1 << 20;
    private static final TypeReference<Map<String, String>> ATTRIBUTES = new TypeReference<>() {};
    private static final String ROWS = "SELECT seq, time_ns, type, action, actor, attributes FROM journal"
            + " WHERE seq > ? ORDER BY seq LIMIT " + PAGE;

    /**
     * What was found on disk.
     *
     * @param events those that are wanted
     * @param reached up to where was looked
     * @param first the first number there was; one beyond the next means that the next is no longer kept
     */
    record Page(List<Event> events, long reached, long first) {}

    /** Looks at the disk that are under way at a time: what they bring is to be taken before it is more. */
    private static final int LOOKS = 2;

    private final Store store;
    private final Slots looks = new Slots(LOOKS);
    /** The newest, each at its number modulo the length; made for the first. */
    private @Nullable Event[] recent = new Event[0];

    private long recentBytes;
    private long firstRecent = 1;
    private long last;
    private long oldest = 1;

    Journal(Store store) {
        this.store = store;
    }

    Future<Void> open() {
        return store.read("SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM journal", row -> {
                    oldest = row.number(1);
                    return row.number(2);
                })
                .onSuccess(rows -> {
                    last = Math.max(last, rows.getFirst());
                    firstRecent = last + 1;
                })
                .mapEmpty();
    }

    /** The newest number that is committed. */
    long last() {
        return last;
    }

    /** The oldest number that is kept. */
    long oldest() {
        return oldest;
    }

    void trimmed(long nowOldest) {
        oldest = Math.max(oldest, nowOldest);
    }

    void append(List<Event> events) {
        if (recent.length == 0) {
            recent = new Event[RECENT];
        }
        for (Event event : events) {
            if (event.seq() - firstRecent >= RECENT) {
                forgetFirst();
            }
            recent[(int) (event.seq() % RECENT)] = event;
            recentBytes += event.storedBytes();
            last = event.seq();
            // Whatever its size, the newest is what all readers are about to ask for.
            while (recentBytes > RECENT_BYTES && firstRecent < last) {
                forgetFirst();
            }
        }
    }

    private void forgetFirst() {
        int at = (int) (firstRecent++ % RECENT);
        Event forgotten = recent[at];
        if (forgotten != null) {
            recentBytes -= forgotten.storedBytes();
            recent[at] = null;
        }
    }

    /** An event of which memory still has the text; null for others. */
    @Nullable
    Event recent(long seq) {
        return seq >= firstRecent && seq <= last ? recent[(int) (seq % RECENT)] : null;
    }

    /** The sequence number after which a query begins. */
    Future<Long> position(EventQuery query) {
        if (query.afterSeq() == 0) {
            // Who has seen nothing yet has lost nothing.
            return Future.succeededFuture(oldest - 1);
        }
        if (query.afterSeq() > 0) {
            if (query.afterSeq() + 1 < oldest) {
                throw gone(query.afterSeq());
            }
            if (query.afterSeq() > last) {
                // Of another journal: to wait for what comes after it would miss all until then.
                throw new WharfException(
                        ErrorKind.GONE, "event " + query.afterSeq() + " is not in this journal; the newest is " + last);
            }
            return Future.succeededFuture(query.afterSeq());
        }
        if (query.sinceNanos() <= 0) {
            return Future.succeededFuture(last);
        }
        return store.write(tx -> {
            long first = number(tx, "SELECT coalesce(min(seq), 1) FROM journal");
            long after = Search.lastBefore(tx, "time_ns", query.sinceNanos());
            if (query.strict() && after < first && first > 1) {
                throw gone(first - 1, first);
            }
            return after;
        });
    }

    /** What a reader is told whose next event is no longer kept. */
    WharfException gone(long after) {
        return gone(after + 1, oldest);
    }

    private static WharfException gone(long wanted, long oldest) {
        return new WharfException(
                ErrorKind.GONE,
                "events up to " + Math.max(wanted, oldest - 1) + " are no longer kept; the oldest is " + oldest);
    }

    /** Up to a page of events that follow a number, in order. */
    Future<List<Event>> after(long seq) {
        if (recent(seq + 1) == null) {
            return read(seq, EventFilter.ALL, PAGE, PAGE_BYTES).map(Page::events);
        }
        List<Event> page = new ArrayList<>();
        for (Event event = recent(seq + 1); event != null && page.size() < PAGE; event = recent(event.seq() + 1)) {
            page.add(event);
        }
        return Future.succeededFuture(page);
    }

    /** Looks for wanted events after a place, on disk: at most so many, and bytes, within a page of rows. */
    Future<Page> read(long after, EventFilter filter, int most, int mostBytes) {
        return looks.run(() -> look(after, filter, most, mostBytes));
    }

    private Future<Page> look(long after, EventFilter filter, int most, int mostBytes) {
        return store.readBeside(tx -> {
            List<Event> found = new ArrayList<>();
            long[] reached = {after};
            long[] first = {after + 1};
            int[] left = {mostBytes};
            tx.query(
                    ROWS,
                    row -> {
                        long seq = row.number(1);
                        if (reached[0] == after) {
                            first[0] = seq;
                        }
                        if (found.size() < most && left[0] > 0) {
                            Event event = event(row);
                            boolean wanted = filter.wants(event);
                            left[0] -= wanted ? event.storedBytes() : 0;
                            if (found.isEmpty() || left[0] >= 0) {
                                reached[0] = seq;
                                if (wanted) {
                                    found.add(event);
                                }
                            }
                        }
                        return seq;
                    },
                    after);
            return new Page(found, reached[0], first[0]);
        });
    }

    /** When all that was announced before now is committed and distributed. */
    Future<?> settled() {
        return store.write(tx -> true);
    }

    private static long number(Tx tx, String sql) {
        return tx.query(sql, row -> row.number(1)).getFirst();
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
