package io.wharf.events;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.wharf.base.Event;
import io.wharf.base.Times;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * One reader's place in the journal. It holds at most a page; what the reader does not yet want stays on disk.
 *
 * <p>Everything runs on the verticle's context; demand and cancellation arrive from wherever the reader is.
 */
final class Subscription implements Publisher<Event>, org.reactivestreams.Subscription {
    private final Vertx vertx;
    private final Context context;
    private final Journal journal;
    private final EventFilter filter;
    private final long untilNanos;
    private final Deque<Event> page = new ArrayDeque<>();

    private @Nullable Subscriber<? super Event> subscriber;
    private Runnable onEnd = () -> {};
    private long position;
    private long demand;
    private boolean reading;
    private boolean ended;
    private boolean untilPassed;
    private long timer = -1;

    Subscription(Vertx vertx, Context context, Journal journal, EventFilter filter, long after, long untilNanos) {
        this.vertx = vertx;
        this.context = context;
        this.journal = journal;
        this.filter = filter;
        this.position = after;
        this.untilNanos = untilNanos;
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
        context.runOnContext(go -> {
            demand = demand + wanted < 0 ? Long.MAX_VALUE : demand + wanted;
            wake();
        });
    }

    @Override
    public void cancel() {
        context.runOnContext(go -> end());
    }

    /** Ends the stream for the reader: the engine stops, or nobody took it. */
    void finish() {
        context.runOnContext(go -> complete());
    }

    /** Gives what is wanted and there; called after each commit and each new demand. */
    void wake() {
        Subscriber<? super Event> reader = subscriber;
        if (reader == null || ended) {
            return;
        }
        while (demand > 0 && !page.isEmpty()) {
            demand--;
            reader.onNext(page.removeFirst());
            if (ended) {
                return;
            }
        }
        if (page.isEmpty() && !reading) {
            if (journal.hasAfter(position)) {
                if (demand > 0) {
                    read();
                }
            } else if (untilPassed) {
                complete();
            }
        }
    }

    private void read() {
        reading = true;
        journal.after(position)
                .onComplete(
                        events -> {
                            reading = false;
                            take(events);
                            wake();
                        },
                        failure -> {
                            reading = false;
                            Subscriber<? super Event> reader = subscriber;
                            if (!ended && reader != null) {
                                end();
                                reader.onError(failure);
                            }
                        });
    }

    private void take(List<Event> events) {
        for (Event event : events) {
            position = event.seq();
            if (untilNanos > 0 && event.timeNanos() > untilNanos) {
                untilPassed = true;
                position = Long.MAX_VALUE;
                return;
            }
            if (filter.wants(event)) {
                page.addLast(event);
            }
        }
    }

    private void armUntil() {
        if (untilNanos <= 0) {
            return;
        }
        long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - Times.nowNanos());
        if (left <= 0) {
            untilPassed = true;
        } else {
            timer = vertx.setTimer(left + 1, fired -> {
                untilPassed = true;
                wake();
            });
        }
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

    private void end() {
        if (!ended) {
            ended = true;
            page.clear();
            vertx.cancelTimer(timer);
            onEnd.run();
        }
    }
}
