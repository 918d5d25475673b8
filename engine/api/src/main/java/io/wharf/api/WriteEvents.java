package io.wharf.api;

import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.wharf.base.Event;
import io.wharf.base.WharfException;
import io.wharf.streams.ReadAhead;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events to one client, whatever the form: what it holds of them is bounded ({@link ReadAhead}), and a long one goes
 * out in pieces as the client takes them. Events come on any thread; everything is written on the connection's context,
 * and what has come by the time of its turn together, for to write costs more than to say.
 */
final class WriteEvents implements FlowableSubscriber<Event> {
    private static final Logger LOG = LoggerFactory.getLogger(WriteEvents.class);
    /** Bytes that may wait in the connection's own queue before the next are written. */
    static final int QUEUE_BYTES = 4096;
    /** Written at a time. */
    private static final int PIECE = EventText.LONG;
    // Of UTF-8.
    private static final int CONTINUATION_MASK = 0xc0;

    private static final int CONTINUATION = 0x80;
    /** How often a reader that stands in the midst of a long text says that it still wants it. */
    private static final long REMIND_MILLIS = 5_000;

    private final EventTexts texts;
    private final EventOutlet outlet;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private final ReadAhead ahead = new ReadAhead();
    private @Nullable Subscription source;
    /** Guarded by itself, as are the three below. */
    private final ArrayDeque<EventText> waiting = new ArrayDeque<>();

    private boolean writing;
    /** Nobody wants what comes. Events may be on their way nevertheless, from another thread. */
    private boolean over;

    private @Nullable Runnable last;

    /** The text that is being written, and how far. */
    private @Nullable EventText current;

    private int offset;
    private long reminder = -1;

    WriteEvents(EventTexts texts, EventOutlet outlet) {
        this.texts = texts;
        this.outlet = outlet;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        if (outlet.isClosed()) {
            subscription.cancel();
        } else {
            ahead.begin();
            subscription.request(1);
        }
    }

    @Override
    public void onNext(Event event) {
        EventText text = texts.of(event);
        boolean begins;
        synchronized (waiting) {
            if (over) {
                return;
            }
            text.taken();
            waiting.add(text);
            begins = !writing;
            writing = true;
        }
        if (begins) {
            context.runOnContext(turn -> write());
        } else if (text.isLong()) {
            context.runOnContext(turn -> remind());
        }
        if (ahead.came(text.length())) {
            Objects.requireNonNull(source).request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        WharfException known = WharfException.of(failure);
        LOG.debug("events: {}", known.toString());
        last(() -> outlet.end(known));
    }

    @Override
    public void onComplete() {
        last(() -> outlet.end(null));
    }

    /** Behind all that has come. */
    private void last(Runnable end) {
        synchronized (waiting) {
            last = end;
            if (writing) {
                return;
            }
            writing = true;
        }
        context.runOnContext(turn -> write());
    }

    /** The client is gone, or nobody wants what comes. */
    void cancel() {
        synchronized (waiting) {
            over = true;
            waiting.forEach(EventText::left);
            waiting.clear();
        }
        if (current != null) {
            current.left();
            current = null;
        }
        context.owner().cancelTimer(reminder);
        Subscription from = source;
        if (from != null) {
            from.cancel();
        }
    }

    private void write() {
        while (!outlet.isClosed()) {
            if (outlet.isFull()) {
                remind();
                outlet.onDrain(this::drained);
                return;
            }
            taken();
            if (!add()) {
                return;
            }
            outlet.flush();
        }
        cancel();
    }

    private void drained() {
        context.owner().cancelTimer(reminder);
        write();
    }

    /** What was written is the client's. */
    private void taken() {
        if (ahead.taken()) {
            Objects.requireNonNull(source).request(1);
        }
    }

    /** Adds texts up to the size of a piece, or a piece of a long one; false where there is nothing to flush. */
    private boolean add() {
        int room = PIECE;
        while (room > 0) {
            EventText next = current == null ? next() : current;
            if (next == null) {
                return room < PIECE || settle();
            }
            if (offset == 0 && next.length() > room && room < PIECE) {
                current = next;
                return true;
            }
            byte[] text = next.bytes();
            if (text == null) {
                LOG.info("no memory for a reader amid an event of {} bytes: its stream breaks off", next.length());
                cancel();
                outlet.breakOff();
                return false;
            }
            int to = end(text, offset + room);
            outlet.add(text, offset, to);
            boolean whole = to == text.length;
            // A long one's piece is as much as fits: what follows it has its own turn.
            room = whole ? room - (to - offset) : 0;
            offset = whole ? 0 : to;
            current = whole ? null : next;
            if (whole) {
                next.left();
                ahead.wrote(text.length);
            }
        }
        return true;
    }

    /** Where a piece ends: not amid a character. */
    private static int end(byte[] text, int most) {
        if (most >= text.length) {
            return text.length;
        }
        int to = most;
        while ((text[to] & CONTINUATION_MASK) == CONTINUATION) {
            to--;
        }
        return to;
    }

    private @Nullable EventText next() {
        synchronized (waiting) {
            return waiting.poll();
        }
    }

    /** Nothing waits: the next that comes has its own turn. True where something has come in between. */
    private boolean settle() {
        Runnable end;
        synchronized (waiting) {
            if (!waiting.isEmpty()) {
                return true;
            }
            end = last;
            writing = end != null;
        }
        if (end != null) {
            end.run();
        }
        return false;
    }

    /** Texts that nobody asks for are let go of sooner. A long one that waits is the last, for none is asked for behind it. */
    private void remind() {
        EventText text = current;
        if (text == null || !text.isLong()) {
            // Nothing waits and nothing is current where nobody reads any more.
            synchronized (waiting) {
                text = waiting.peekLast();
            }
        }
        if (text != null && text.isLong()) {
            text.bytes();
            context.owner().cancelTimer(reminder);
            reminder = context.owner().setTimer(REMIND_MILLIS, due -> remind());
        }
    }
}
