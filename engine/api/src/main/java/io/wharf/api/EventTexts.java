package io.wharf.api;

import io.wharf.base.Event;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the newest events look like in one form, made for the first reader and then the same bytes for all. Readers are on
 * several threads; two that come at the same time make the same.
 */
final class EventTexts {
    private static final int KEPT = 1024;
    /** Longer ones, with labels of many kilobytes, are here as long as a reader has them: the memory here has a bound. */
    private static final int LONGEST = 2048;

    private final Function<Event, byte[]> form;
    /** Texts, or weak references to texts; made for the first reader there is. */
    private volatile @Nullable AtomicReferenceArray<@Nullable Object> texts;

    EventTexts(Function<Event, byte[]> form) {
        this.form = form;
    }

    EventText of(Event event) {
        AtomicReferenceArray<@Nullable Object> kept = texts;
        if (kept == null) {
            kept = new AtomicReferenceArray<>(KEPT);
            texts = kept;
        }
        int place = (int) (event.seq() % KEPT);
        EventText known = text(kept.get(place));
        if (known != null && known.isOf(event.seq(), event.timeNanos()) && known.bytes() != null) {
            return known;
        }
        EventText made = new EventText(event.seq(), event.timeNanos(), form.apply(event));
        // One that comes late to old events leaves the newer ones where they are.
        if (known == null || known.isBefore(event.seq()) || known.isOf(event.seq(), event.timeNanos())) {
            kept.set(place, made.length() <= LONGEST ? made : new WeakReference<>(made));
        }
        return made;
    }

    private static @Nullable EventText text(@Nullable Object kept) {
        return kept instanceof WeakReference<?> weak ? (EventText) weak.get() : (EventText) kept;
    }
}
