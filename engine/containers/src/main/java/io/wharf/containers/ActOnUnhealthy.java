package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Times;
import io.wharf.contracts.ContainerService.StopOptions;
import io.wharf.contracts.ProbeResult;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts or stops a container that has become unhealthy, where its label {@code wharf.on-unhealthy} says so.
 *
 * <p>The run is ended as by {@code docker stop}. A restart then waits as one by a policy does, in the state
 * {@code restarting}: a second at first, doubled each time up to five minutes, and a second again once a run was healthy
 * for a minute. A stop, kill or removal by hand wins at every moment.
 */
final class ActOnUnhealthy {
    static final int FIRST_MILLIS = 1000;
    static final int LONGEST_MILLIS = 300_000;
    /** A run that was healthy for so long was none of a series of failures. */
    static final long CALM_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(ActOnUnhealthy.class);
    private static final int REASON_OUTPUT = 200;
    private static final StopOptions AS_ITS_OWN = new StopOptions(null, null);

    private final Room room;
    private final Lifecycle verbs;

    ActOnUnhealthy(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /**
     * Why a run is being ended by the engine, from the decision until the next run has begun.
     *
     * @param delayMillis how long to wait before the next run; -1 for no next run
     * @param count how many of these restarts there have been one after another, this one included
     */
    record Cause(String reason, int delayMillis, int count) {
        boolean restarts() {
            return delayMillis >= 0;
        }

        Map<String, String> attributes() {
            Map<String, String> attributes = new HashMap<>(Map.of("reason", reason));
            if (restarts()) {
                attributes.put("unhealthyRestarts", Integer.toString(count));
            }
            return attributes;
        }
    }

    /** On each failure of a probe of a container that is unhealthy. */
    void run(Container container, Health health) {
        PlanHealth.Action action = PlanHealth.action(container.config());
        boolean others = container.removing()
                || container.stopWanted()
                || container.starting()
                || container.restartingByHand()
                || container.cause() != null;
        if (action == PlanHealth.Action.NOTHING || others || container.run() == null) {
            return;
        }
        switch (action) {
            case NOTHING -> {}
            case RESTART -> {
                int count = container.unhealthyRestarts() + 1;
                container.unhealthyRestarts(count);
                end(
                        container,
                        new Cause(reason(health), delay(count), count),
                        verbs.stop.signalAndWait(container, AS_ITS_OWN));
            }
            case STOP -> {
                container.unhealthyRestarts(0);
                end(
                        container,
                        new Cause(reason(health), -1, 0),
                        room.table()
                                .wantStop(container)
                                .compose(written -> verbs.stop.signalAndWait(container, AS_ITS_OWN)));
            }
        }
    }

    private void end(Container container, Cause cause, Future<Void> ended) {
        container.cause(cause);
        LOG.info(
                "{} {} ({}): {}",
                cause.restarts() ? "restarting" : "stopping",
                container.id(),
                container.name(),
                cause.reason());
        ended.compose(done -> room.table().announce(container, "stop", cause.attributes()))
                .onFailure(failure -> {
                    container.cause(null);
                    LOG.warn("cannot end unhealthy container {}: {}", container.id(), failure.toString());
                });
    }

    /** Called when a new run has begun. */
    Future<Void> restarted(Container container) {
        Cause cause = container.cause();
        container.cause(null);
        return cause == null
                ? Future.succeededFuture()
                : room.table().announce(container, "restart", cause.attributes());
    }

    /** Called by each result that leaves a container healthy. */
    static void calm(Container container, Health health) {
        if (container.unhealthyRestarts() > 0 && Times.nowNanos() - health.healthyNanos() >= CALM_NANOS) {
            container.unhealthyRestarts(0);
        }
    }

    static int delay(int count) {
        return (int) Math.min(LONGEST_MILLIS, (long) FIRST_MILLIS << Math.min(count - 1, 20));
    }

    private static String reason(Health health) {
        ProbeResult last = health.log().getLast();
        String said = last.output().strip();
        return "unhealthy: " + health.failingStreak() + " probes failed one after another, the last with exit code "
                + last.exitCode()
                + (said.isEmpty() ? "" : ": " + said.substring(0, Math.min(said.length(), REASON_OUTPUT)));
    }
}
