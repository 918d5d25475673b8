package io.wharf.events;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.Event;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.streams.ReadAhead;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * One reader's place in the journal. It holds nothing but the place: what the reader does not yet want stays on disk, and
 * while it is new in memory, once for all readers.
 *
 * <p>Everything runs on the verticle's context; demand and cancellation arrive from wherever the reader is.
 */
final class Subscription implements Publisher<Event>, org.reactivestreams.Subscription {
    /** Events that one look at the disk brings at least and at most: one who asks for one wants the next one soon. */
    private static final int LEAST = ReadAhead.EVENTS;

    private static final int MOST = 64;
    /** And bytes, as they are stored. */
    private static final int MOST_BYTES = 2 * ReadAhead.BYTES;

    private final Vertx vertx;
    private final Context context;
    private final Journal journal;
    private final EventFilter filter;
    private final long untilNanos;
    private final boolean strict;

    private @Nullable Subscriber<? super Event> subscriber;
    private Runnable onEnd = () -> {};
    private long position;
    private long demand;
    private boolean begun;
    private boolean reading;
    /** It is in the midst of giving, and sees by itself what is asked for meanwhile. */
    private boolean giving;

    private boolean ended;
    private boolean untilPassed;
    private long timer = -1;

    /**
     * A place.
     *
     * @param after the number after which it begins
     * @param untilNanos where it ends, or 0 for never
     * @param strict whether what has gone before its first event came is a failure
     */
    Subscription(
            Vertx vertx,
            Context context,
            Journal journal,
            EventFilter filter,
            long after,
            long untilNanos,
            boolean strict) {
        this.vertx = vertx;
        this.context = context;
        this.journal = journal;
        this.filter = filter;
        this.position = after;
        this.untilNanos = untilNanos;
        this.strict = strict;
    }

    void onEnd(Runnable action) {
        onEnd = action;
    }

    @Override
    public void subscribe(Subscriber<? super Event> reader) {
        context.runOnContext(go -> {
            if (subscriber != null || ended) {
                reader.onSubscribe(this);
                reader.onError(new IllegalStateException("the events were taken before, or the stream has ended"));
                return;
            }
            subscriber = reader;
            reader.onSubscribe(this);
            armUntil();
            wake();
        });
    }

    @Override
    public void request(long wanted) {
        if (Vertx.currentContext() == context && giving) {
            want(wanted);
        } else {
            context.runOnContext(go -> {
                want(wanted);
                wake();
            });
        }
    }

    private void want(long more) {
        demand = demand + more < 0 ? Long.MAX_VALUE : demand + more;
    }

    @Override
    public void cancel() {
        context.runOnContext(go -> end());
    }

    /** Nobody took it. */
    void finish() {
        context.runOnContext(go -> end());
    }

    /** The engine stops: whoever reads may come back with the number it has seen last. */
    void engineStops() {
        context.runOnContext(go -> fail(new WharfException(ErrorKind.UNAVAILABLE, "the engine is stopping")));
    }

    /** Gives what is wanted and there; called after commits and each new demand. */
    void wake() {
        if (subscriber == null || reading) {
            return;
        }
        while (!ended && demand > 0 && position < journal.last()) {
            Event event = journal.recent(position + 1);
            if (event == null) {
                read();
                return;
            }
            position = event.seq();
            begun = true;
            if (untilNanos > 0 && event.timeNanos() > untilNanos) {
                complete();
            } else if (filter.wants(event)) {
                give(event);
            }
        }
        if (untilPassed && position >= journal.last()) {
            complete();
        }
    }

    /** What is next for it has gone; also one that stands still is told so, and not when it goes on. */
    void trimmed() {
        if (subscriber != null && !ended && !reading && position + 1 < journal.oldest()) {
            if (begun || strict) {
                fail(journal.gone(position));
            } else {
                position = journal.oldest() - 1;
            }
        }
    }

    private void read() {
        trimmed();
        if (ended) {
            return;
        }
        reading = true;
        journal.read(position, filter, Math.clamp(demand, LEAST, MOST), MOST_BYTES)
                .onComplete(
                        page -> {
                            reading = false;
                            if (page.first() > position + 1) {
                                // Trimmed just now; the news of it is on its way.
                                journal.trimmed(page.first());
                                trimmed();
                            } else {
                                take(page);
                            }
                            wake();
                        },
                        failure -> {
                            reading = false;
                            fail(failure);
                        });
    }

    private void take(Journal.Page page) {
        begun = true;
        for (Event event : page.events()) {
            if (untilNanos > 0 && event.timeNanos() > untilNanos) {
                complete();
            }
            if (ended || demand == 0) {
                return;
            }
            position = event.seq();
            give(event);
        }
        position = page.reached();
    }

    private void give(Event event) {
        Subscriber<? super Event> reader = subscriber;
        if (reader != null && !ended) {
            demand--;
            giving = true;
            reader.onNext(event);
            giving = false;
        }
    }

    private void armUntil() {
        if (untilNanos <= 0) {
            return;
        }
        long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - Times.nowNanos());
        if (left <= 0) {
            untilPasses();
        } else {
            timer = vertx.setTimer(left + 1, fired -> untilPasses());
        }
    }

    /** What has an earlier time may be in the middle of its commit. */
    private void untilPasses() {
        journal.settled().onComplete(settled -> {
            untilPassed = true;
            wake();
        });
    }

    private void complete() {
        Subscriber<? super Event> reader = subscriber;
        if (!ended) {
            end();
            if (reader != null) {
                reader.onComplete();
            }
        }
    }

    private void fail(Throwable failure) {
        Subscriber<? super Event> reader = subscriber;
        if (!ended) {
            end();
            if (reader != null) {
                reader.onError(failure);
            }
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            vertx.cancelTimer(timer);
            onEnd.run();
        }
    }
}
