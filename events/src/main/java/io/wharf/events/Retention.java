package io.wharf.events;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Event;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.Tx;
import io.wharf.contracts.EventOptions;
import java.util.List;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what is older or more than the journal keeps, in small pieces: others' writes come in between. The newest row
 * always stays, for the next start counts on from it. Confined to the verticle's context.
 */
final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int PIECE = 500;
    private static final long SELDOM_MILLIS = 3_600_000;
    private static final long OFTEN_MILLIS = 1_000;
    /** A journal at its limit is trimmed again when it has grown by this part of it. */
    private static final int SLACK = 64;

    private final Vertx vertx;
    private final Store store;
    private final EventOptions options;
    private final LongConsumer trimmed;
    private boolean busy;
    private long grown;
    private long timer = -1;

    /**
     * For one journal.
     *
     * @param trimmed hears of the oldest number that is kept now
     */
    Retention(Vertx vertx, Store store, EventOptions options, LongConsumer trimmed) {
        this.vertx = vertx;
        this.store = store;
        this.options = options;
        this.trimmed = trimmed;
    }

    void start() {
        long period = Math.clamp(options.maxAge().toMillis() / 100, OFTEN_MILLIS, SELDOM_MILLIS);
        timer = vertx.setPeriodic(period, due -> trim());
    }

    void stop() {
        vertx.cancelTimer(timer);
    }

    void appended(List<Event> events) {
        for (Event event : events) {
            grown += event.storedBytes();
        }
        if (grown > options.maxBytes() / SLACK) {
            grown = 0;
            trim();
        }
    }

    void trim() {
        if (busy) {
            return;
        }
        busy = true;
        store.write(this::firstToKeep).compose(keep -> piece(keep)).onComplete(done -> busy = false, failure -> {
            busy = false;
            LOG.warn("Cannot trim the journal: {}", failure.getMessage());
        });
    }

    private long firstToKeep(Tx tx) {
        long[] newest = new long[2];
        tx.query("SELECT seq, through FROM journal ORDER BY seq DESC LIMIT 1", row -> {
            newest[0] = row.number(1);
            newest[1] = row.number(2);
            return row;
        });
        long young = Search.lastBefore(
                        tx, "time_ns", Times.nowNanos() - options.maxAge().toNanos())
                + 1;
        long light = Search.lastBefore(tx, "through", newest[1] - options.maxBytes()) + 1;
        return Math.min(newest[0], Math.max(young, light));
    }

    private Future<Void> piece(long keep) {
        return store.write(tx -> {
                    tx.update(
                            "DELETE FROM journal WHERE seq < min(?, (SELECT min(seq) FROM journal) + " + PIECE + ")",
                            keep);
                    return tx.query("SELECT coalesce(min(seq), 1) FROM journal", row -> row.number(1))
                            .getFirst();
                })
                .compose(oldest -> {
                    trimmed.accept(oldest);
                    return oldest < keep ? piece(keep) : Future.succeededFuture();
                });
    }
}
