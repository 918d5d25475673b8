package io.wharf.base;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps back of a piece of work, run in reverse when it fails and dropped when it succeeds.
 *
 * <p>Each step is pushed before what it undoes is made, and must bear being run when that was never made. A step that
 * fails or exceeds its time is logged and leaves its record in the {@link KernelLedger} for the next start; the first
 * error of the work survives. Undoing ignores the caller's cancellation.
 */
public final class Undo {
    private static final Logger LOG = LoggerFactory.getLogger(Undo.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private record Step(String what, Supplier<Future<Void>> back) {}

    private final Deque<Step> steps = new ArrayDeque<>();

    public void push(String what, Supplier<Future<Void>> back) {
        steps.push(new Step(what, back));
    }

    /** Forgets all steps: the work stands. */
    public void drop() {
        steps.clear();
    }

    /** Runs the steps, newest first; never fails. */
    public Future<Void> unwind() {
        Step step = steps.poll();
        if (step == null) {
            return Future.succeededFuture();
        }
        Future<Void> back;
        try {
            back = step.back().get().timeout(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (RuntimeException e) {
            back = Future.failedFuture(e);
        }
        return back.recover(failure -> {
                    LOG.warn("undo of {} failed: {}", step.what(), failure.toString());
                    return Future.succeededFuture();
                })
                .compose(done -> unwind());
    }

    /** Drops the steps when the work succeeds, unwinds them when it fails, and passes on the first outcome. */
    public <T> Future<T> guard(Future<T> work) {
        return work.onSuccess(done -> drop())
                .recover(failure -> unwind().compose(done -> Future.failedFuture(failure)));
    }
}
