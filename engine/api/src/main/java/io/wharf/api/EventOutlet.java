package io.wharf.api;

import io.wharf.base.WharfException;
import org.jspecify.annotations.Nullable;

/** Where events go that {@link WriteEvents} writes: a connection of one kind. Used on its context alone. */
interface EventOutlet {
    boolean isClosed();

    /** Adds an event's text, or the next part of a long one; it goes out with {@link #flush} at the latest. */
    void add(byte[] text, int from, int to);

    void flush();

    /** Whether the client has not taken what was written. */
    boolean isFull();

    /** Calls once when it has. */
    void onDrain(Runnable action);

    /** Nothing comes any more, because of this failure or because all was said. */
    void end(@Nullable WharfException failure);

    /** Ends amid an event, which therefore is none. */
    void breakOff();
}
