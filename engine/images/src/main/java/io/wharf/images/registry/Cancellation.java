package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Ends at once what is under way for somebody who wants it no longer. Confined to one context. */
public final class Cancellation {
    private final Set<Runnable> actions = new LinkedHashSet<>();
    private boolean cancelled;

    public static WharfException withdrawn() {
        return new WharfException(ErrorKind.CANCELLED, "context canceled");
    }

    public boolean isCancelled() {
        return cancelled;
    }

    public void cancel() {
        if (!cancelled) {
            cancelled = true;
            List.copyOf(actions).forEach(Runnable::run);
            actions.clear();
        }
    }

    /** Does this when it is cancelled, or now where it is already. */
    public void onCancel(Runnable action) {
        if (cancelled) {
            action.run();
        } else {
            actions.add(action);
        }
    }

    public void forget(Runnable action) {
        actions.remove(action);
    }

    /** The answer, or the refusal as soon as it is cancelled; an answer that comes too late is given to {@code late}. */
    public <T> Future<T> orCancelled(Future<T> answer, Consumer<T> late) {
        Promise<T> promise = Promise.promise();
        Runnable refuse = () -> promise.tryFail(withdrawn());
        onCancel(refuse);
        answer.onComplete(result -> {
            forget(refuse);
            if (!(result.succeeded() ? promise.tryComplete(result.result()) : promise.tryFail(result.cause()))
                    && result.succeeded()) {
                late.accept(result.result());
            }
        });
        return promise.future();
    }
}
