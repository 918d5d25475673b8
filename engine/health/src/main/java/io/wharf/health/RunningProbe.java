package io.wharf.health;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.GoDuration;
import io.wharf.base.Times;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.ProbeResult;
import org.jspecify.annotations.Nullable;

/**
 * One probe under way: it is begun, waits for its turn, works within its time, and answers once. Confined to the verticle's
 * context.
 */
abstract class RunningProbe {
    /** As Docker: the exit code of a probe that could not be made or took too long. */
    static final int NO_EXIT = -1;

    final Tools tools;
    final HealthPlan plan;
    private final Promise<ProbeResult> promise = Promise.promise();
    private Turns.@Nullable Turn turn;
    private Schedule.@Nullable Entry limit;
    private long startNanos;
    private boolean over;

    RunningProbe(Tools tools, HealthPlan plan) {
        this.tools = tools;
        this.plan = plan;
    }

    /** Waits for a turn and then works; the answer never fails, but may never come after a {@link #cancel}. */
    final Future<ProbeResult> begin(Turns turns) {
        startNanos = Times.nowNanos();
        turn = turns.take(() -> {
            if (!over) {
                startNanos = Times.nowNanos();
                try {
                    work();
                } catch (RuntimeException e) {
                    fail(e);
                }
            }
        });
        if (over) {
            // It was over at once, before there was a turn to give back.
            endTurn();
        }
        return promise.future();
    }

    /** Does the work; ends in {@link #finish}. */
    abstract void work();

    /** Lets go of everything; called once. */
    abstract void release();

    /** What has been said so far, for the message when the time is up. */
    abstract String saidSoFar();

    /** Nobody wants the answer any more. */
    final void cancel() {
        if (!over) {
            end();
        }
    }

    final boolean isOver() {
        return over;
    }

    /** Others may begin; for what may take long without costing much. */
    final void endTurn() {
        if (turn != null) {
            turn.end();
        }
    }

    /** From now on the probe's time is counted. */
    final void limitTime() {
        limit(plan.timeout(), this::timeIsUp);
    }

    void timeIsUp() {
        String said = saidSoFar();
        finish(
                NO_EXIT,
                "Health check exceeded timeout (" + GoDuration.write(plan.timeout()) + ")"
                        + (said.isEmpty() ? "" : ": " + said));
    }

    final void limit(long nanos, Runnable action) {
        if (limit != null) {
            tools.schedule().cancel(limit);
        }
        limit = tools.schedule().after(nanos, action);
    }

    final void fail(Throwable cause) {
        finish(NO_EXIT, String.valueOf(cause.getMessage()));
    }

    final void finish(int exitCode, String output) {
        if (!over) {
            end();
            promise.complete(new ProbeResult(startNanos, Times.nowNanos(), exitCode, output));
        }
    }

    private void end() {
        over = true;
        if (limit != null) {
            tools.schedule().cancel(limit);
        }
        endTurn();
        release();
    }
}
