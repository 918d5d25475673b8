package io.wharf.contracts;

/**
 * A ticket for bytes or a stream that flows outside the event bus: the hand-over table of {@code engine/streams} yields
 * what it stands for, once. Unclaimed, it expires and what it stands for is closed.
 *
 * @param <T> what the taker receives
 * @param id number in the hand-over table
 */
// The parameter only tells the taker what to expect; nothing of that type is kept here.
@SuppressWarnings("UnusedTypeParameter")
public record Handle<T>(long id) {}
