package io.wharf.contracts;

import io.vertx.core.Future;

/**
 * The answer of a verb that may take long: the verb is accepted, the outcome follows.
 *
 * @param <T> the outcome's type
 * @param outcome completes when the verb has ended
 * @param withdraw says that the caller no longer waits; the verb itself goes on unless nobody else wants it
 */
public record Pending<T>(Future<T> outcome, Runnable withdraw) {
    public static <T> Pending<T> done(T value) {
        return new Pending<>(Future.succeededFuture(value), () -> {});
    }

    public static <T> Pending<T> of(Future<T> outcome) {
        return new Pending<>(outcome, () -> {});
    }
}
