package io.wharf.networking.dns;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Repeats what has failed until it succeeds or is called off, each time after a longer wait. Confined to one context. */
final class Again {
    private static final long LONGEST_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final Context context;
    private final Supplier<Future<Void>> work;
    private long timer;
    private Future<Void> running = Future.succeededFuture();
    private boolean over;

    /** @param work is not called once this is called off; its own failure is what brings the next try */
    Again(Context context, Supplier<Future<Void>> work) {
        this.context = context;
        this.work = work;
    }

    Again after(long millis) {
        timer = context.owner().setTimer(millis, fired -> context.runOnContext(turn -> attempt(millis)));
        return this;
    }

    private void attempt(long waited) {
        if (!over) {
            running = work.get().onFailure(e -> {
                if (!over) {
                    after(Math.min(LONGEST_MILLIS, 2 * waited));
                }
            });
        }
    }

    /** No more tries; ends when one that is under way has ended. */
    Future<Void> callOff() {
        over = true;
        context.owner().cancelTimer(timer);
        return running.transform(ended -> Future.succeededFuture());
    }
}
