package io.wharf.api;

import io.wharf.base.Event;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the newest events look like in one form, made for the first reader and then the same bytes for all. Readers are on
 * several threads; two that come at the same time make the same.
 */
final class EventTexts {
    private static final int KEPT = 1024;
    /** Longer ones, with labels of many kilobytes, are made for each: the memory here has a bound. */
    private static final int LONGEST = 2048;

    /** Immutable once made; a record with an array would compare it wrongly. */
    private static final class Text {
        private final long seq;
        private final long timeNanos;
        private final byte[] bytes;

        Text(Event event, byte[] bytes) {
            this.seq = event.seq();
            this.timeNanos = event.timeNanos();
            this.bytes = bytes;
        }
    }

    private final Function<Event, byte[]> form;
    /** Made for the first reader there is. */
    private volatile @Nullable AtomicReferenceArray<@Nullable Text> texts;

    EventTexts(Function<Event, byte[]> form) {
        this.form = form;
    }

    byte[] of(Event event) {
        AtomicReferenceArray<@Nullable Text> kept = texts;
        if (kept == null) {
            kept = new AtomicReferenceArray<>(KEPT);
            texts = kept;
        }
        int place = (int) (event.seq() % KEPT);
        Text known = kept.get(place);
        if (known != null && known.seq == event.seq() && known.timeNanos == event.timeNanos()) {
            return known.bytes;
        }
        byte[] bytes = form.apply(event);
        // One that comes late to old events leaves the newer ones where they are.
        if (bytes.length <= LONGEST && (known == null || known.seq < event.seq())) {
            kept.set(place, new Text(event, bytes));
        }
        return bytes;
    }
}
