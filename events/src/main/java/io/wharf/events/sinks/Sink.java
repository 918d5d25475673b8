package io.wharf.events.sinks;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Event;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventSinkService.SinkState;
import io.wharf.contracts.SinkOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sink: reads a page, delivers it batch by batch, moves its place, and begins again when it is woken.
 *
 * <pre>
 * unopened ──open──▶ idle ──newer events──▶ delivering ──all delivered──▶ idle
 *     │                                      │      ▲
 *     └────────────failure──▶ waiting ◀──────┘      └──time is over── waiting
 * </pre>
 *
 * <p>Confined to the owner's context. It holds one page at most; what comes meanwhile waits in the journal.
 */
final class Sink {
    private static final Logger LOG = LoggerFactory.getLogger(Sink.class);
    private static final long SAVE_AGAIN_MILLIS = 1000;
    private static final long STOP_SECONDS = 2;
    /** So often an event is brought to a target that refuses it. */
    private static final int MOST_REFUSALS = 10;

    private final Vertx vertx;
    private final SinkOptions options;
    private final Pages pages;
    private final Predicate<Event> filter;
    private final CursorTable cursors;
    private final Outlet outlet;
    private final Deque<Event> pending = new ArrayDeque<>();

    /** Whether it was there in an earlier life, so that what its target has may be its own. */
    private boolean known;

    private boolean opened;
    private boolean busy;
    private boolean ended;
    /** What is under way; complete where nothing is. */
    private Future<Void> current = Future.succeededFuture();
    /** The newest event that was read. */
    private long position;
    /** Up to where everything is delivered or not wanted. */
    private long delivered;
    /** The same on disk. */
    private long saved;

    private @Nullable Future<Void> saving;
    private long saveTimer = -1;
    private long retryTimer = -1;
    private long retryNanos;
    private long deliveries;
    private long lost;
    private long failures;
    /** Of the first that is pending, in a row. */
    private int refusals;

    private @Nullable String error;
    private long errorNanos;

    Sink(Vertx vertx, SinkOptions options, Pages pages, Predicate<Event> filter, CursorTable cursors, Outlet outlet) {
        this.vertx = vertx;
        this.options = options;
        this.pages = pages;
        this.filter = filter;
        this.cursors = cursors;
        this.outlet = outlet;
    }

    /** Finds its place; delivery begins on its own, and may have to wait for what it delivers to. */
    Future<Void> start() {
        return cursors.read(options.name())
                .compose(found -> {
                    known = found.isPresent();
                    return known ? Future.succeededFuture(found.getAsLong()) : firstPlace();
                })
                .map(place -> {
                    if (place > pages.newest()) {
                        LOG.warn(
                                "event sink {} was at event {}, which this journal does not have: it goes on after {}",
                                options.name(),
                                place,
                                pages.newest());
                    }
                    stand(Math.min(place, pages.newest()));
                    saved = delivered;
                    step();
                    return null;
                });
    }

    /** A new sink's place is written down at once: a crash must not let it begin later. */
    private Future<Long> firstPlace() {
        Future<Long> first = switch (options.start()) {
            case NOW -> Future.succeededFuture(pages.newest());
            case OLDEST -> pages.oldest().map(oldest -> oldest - 1);
        };
        return first.compose(place -> cursors.write(options.name(), place).map(place));
    }

    private void stand(long place) {
        position = place;
        delivered = place;
    }

    /** There may be newer events. */
    void wake() {
        if (!busy) {
            step();
        }
    }

    /** Opens files and secrets anew, and tries at once what was waiting. */
    void reopen() {
        outlet.reopen();
        if (retryTimer >= 0 && vertx.cancelTimer(retryTimer)) {
            retry();
        }
    }

    /** Ends in order: what is under way has a moment to arrive, then the place is kept. */
    Future<Void> stop() {
        ended = true;
        vertx.cancelTimer(retryTimer);
        vertx.cancelTimer(saveTimer);
        return current.timeout(STOP_SECONDS, TimeUnit.SECONDS)
                .transform((done, failure) -> save().timeout(STOP_SECONDS, TimeUnit.SECONDS))
                .transform((done, failure) -> outlet.close());
    }

    SinkState state() {
        boolean waiting = retryTimer >= 0;
        return new SinkState(
                options.name(),
                options.type(),
                options.target(),
                saved,
                Math.max(0, pages.newest() - saved),
                waiting ? "waiting" : busy ? "delivering" : "idle",
                deliveries,
                lost,
                failures,
                error,
                error == null ? null : Times.rfc3339Nano(errorNanos),
                waiting ? Times.rfc3339Nano(retryNanos) : null);
    }

    private void step() {
        if (busy || ended) {
            return;
        }
        if (!opened) {
            busy(outlet.open(known ? pages.newest() : 0).map(there -> {
                opened = true;
                if (there > delivered) {
                    // Delivered by an engine that died before it could write that down.
                    stand(there);
                    saveSoon();
                }
                return null;
            }));
        } else if (!pending.isEmpty()) {
            deliver();
        } else if (pages.newest() > position) {
            busy(pages.after(position).map(this::take));
        }
    }

    /** One thing at a time: the next step follows, at once or after a wait. */
    private void busy(Future<Void> work) {
        busy = true;
        current = work;
        work.onComplete(
                done -> {
                    busy = false;
                    step();
                },
                this::failed);
    }

    private @Nullable Void take(List<Event> events) {
        if (events.isEmpty()) {
            throw WharfException.internal("the journal has no event after " + position);
        }
        long first = events.getFirst().seq();
        if (first > position + 1) {
            missing(first - 1);
        }
        for (Event event : events) {
            position = event.seq();
            if (filter.test(event)) {
                pending.addLast(event);
            }
        }
        if (pending.isEmpty()) {
            delivered = position;
            saveSoon();
        }
        return null;
    }

    private @Nullable Void missing(long last) {
        long count = last - position;
        LOG.warn(
                "event sink {}: events {} to {} were trimmed away before they could be delivered to {}",
                options.name(),
                position + 1,
                last,
                options.target());
        lost += count;
        pending.addLast(Gap.of(options.name(), position + 1, last));
        position = last;
        return null;
    }

    private void deliver() {
        // Smaller after each refusal, so that in the end one event alone is judged.
        int most = Math.max(1, outlet.batch() >> refusals);
        List<Event> batch = new ArrayList<>(Math.min(most, pending.size()));
        for (Event event : pending) {
            if (batch.size() == most) {
                break;
            }
            batch.add(event);
        }
        busy(outlet.turns()
                .compose(turns -> turns ? save() : Future.succeededFuture())
                .compose(ready -> outlet.deliver(batch))
                .map(done -> arrived(batch)));
    }

    private @Nullable Void arrived(List<Event> batch) {
        for (int i = 0; i < batch.size(); i++) {
            pending.removeFirst();
        }
        deliveries += batch.size();
        refusals = 0;
        delivered = pending.isEmpty() ? position : batch.getLast().seq();
        if (error != null) {
            LOG.info("event sink {}: delivers again", options.name());
            error = null;
        }
        outlet.backoff().reset();
        saveSoon();
        return null;
    }

    private void failed(Throwable failure) {
        failures++;
        String told = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        long wait = outlet.backoff().next();
        if (failure instanceof NotNow notNow && !notNow.pause().isZero()) {
            wait = outlet.backoff().atLeast(notNow.pause());
        }
        if (told.equals(error)) {
            LOG.debug("event sink {}: {}", options.name(), told);
        } else if (!ended) {
            LOG.warn("event sink {}: {}; tried again until it works", options.name(), told);
        }
        error = told;
        errorNanos = Times.nowNanos();
        if (failure instanceof Refused && ++refusals >= MOST_REFUSALS) {
            giveUp(told);
            return;
        }
        if (!ended) {
            retryNanos = errorNanos + TimeUnit.MILLISECONDS.toNanos(wait);
            retryTimer = vertx.setTimer(Math.max(1, wait), due -> retry());
        }
    }

    /** What nobody will have must not keep the others from those who want them. */
    private void giveUp(String why) {
        Event refused = pending.removeFirst();
        LOG.error(
                "event sink {}: event {} ({} {} {}) is lost after {} attempts: {}",
                options.name(),
                refused.seq(),
                refused.type(),
                refused.action(),
                refused.actorId(),
                refusals,
                why);
        lost++;
        refusals = 0;
        delivered = pending.isEmpty() ? position : refused.seq();
        outlet.backoff().reset();
        saveSoon();
        retry();
    }

    private void retry() {
        retryTimer = -1;
        busy = false;
        step();
    }

    /** Not at each event: what is delivered while one write is under way is covered by the next. */
    private void saveSoon() {
        if (saving == null && saveTimer < 0 && !ended) {
            long patience = outlet.patience().toMillis();
            if (patience == 0) {
                saveInTurn();
            } else {
                saveTimer = vertx.setTimer(patience, due -> saveInTurn());
            }
        }
    }

    private void saveInTurn() {
        saveTimer = -1;
        save().onComplete(
                        done -> {
                            if (saved < delivered) {
                                saveSoon();
                            }
                        },
                        failure -> {
                            LOG.debug("event sink {}: {}", options.name(), failure.toString());
                            if (saveTimer < 0 && !ended) {
                                saveTimer = vertx.setTimer(SAVE_AGAIN_MILLIS, due -> saveInTurn());
                            }
                        });
    }

    /** Brings the place to disk, after what was delivered. */
    private Future<Void> save() {
        Future<Void> before = saving;
        if (before != null) {
            return before.transform((done, failure) -> save());
        }
        long place = delivered;
        if (place == saved) {
            return Future.succeededFuture();
        }
        Future<Void> now = outlet.flush()
                .compose(flushed -> cursors.write(options.name(), place))
                .onSuccess(done -> saved = place);
        saving = now;
        return now.onComplete(done -> saving = null);
    }
}
