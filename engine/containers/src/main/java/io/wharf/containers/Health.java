package io.wharf.containers;

import io.wharf.base.Times;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthStatus;
import io.wharf.contracts.ProbeResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The verdict over one run of a container, by Docker's rules.
 *
 * <pre>
 *  STARTING --success--> HEALTHY &lt;--success--+
 *      |                    |                |
 *      +--retries failed----+--------> UNHEALTHY
 * </pre>
 *
 * @param run when the run began that it is about, in nanoseconds since the epoch
 * @param failingStreak failures since the last success
 * @param log the last results, oldest first; those of earlier runs stay until they are pushed out
 * @param healthyNanos since when it has been healthy without a break; 0 while it is not
 */
record Health(long run, HealthStatus status, int failingStreak, List<ProbeResult> log, long healthyNanos) {
    /** How many results are kept. */
    static final int LOG_ENTRIES = 5;

    Health {
        log = List.copyOf(log);
    }

    /** What is known of the container's present run; of a new one nothing is. */
    static Health of(Container container) {
        long run = container.state().startedNanos();
        Health last = container.health();
        if (last != null && last.run == run) {
            return last;
        }
        return new Health(run, HealthStatus.STARTING, 0, last == null ? List.of() : last.log, 0);
    }

    /** What clients see as the status. As with Docker, what does not run (or is frozen) is not well. */
    static HealthStatus shownStatus(Container container) {
        if (container.state().startedNanos() == 0 || !PlanHealth.isProbed(container.config())) {
            return HealthStatus.NONE;
        }
        return container.status() == Status.RUNNING ? of(container).status : HealthStatus.UNHEALTHY;
    }

    /** What inspect shows; null for what is not probed or was never started. */
    static ContainerDetail.@Nullable Health shown(Container container) {
        HealthStatus status = shownStatus(container);
        if (status == HealthStatus.NONE) {
            return null;
        }
        Health known = of(container);
        return new ContainerDetail.Health(
                status.word(),
                known.failingStreak,
                known.log.stream()
                        .map(result -> new ContainerDetail.ProbeEntry(
                                Times.rfc3339Nano(result.startNanos()),
                                Times.rfc3339Nano(result.endNanos()),
                                result.exitCode(),
                                result.output()))
                        .toList());
    }

    /** While it is frozen nobody knows, and afterwards only a probe can tell: as with Docker, that is not well. */
    Health unknown() {
        return new Health(run, HealthStatus.UNHEALTHY, failingStreak, log, 0);
    }

    /** The verdict after one more result. */
    Health after(ProbeResult result, HealthPlan plan) {
        List<ProbeResult> results = new ArrayList<>(log);
        results.add(result);
        if (results.size() > LOG_ENTRIES) {
            results.subList(0, results.size() - LOG_ENTRIES).clear();
        }
        if (result.exitCode() == 0) {
            long since = status == HealthStatus.HEALTHY ? healthyNanos : result.endNanos();
            return new Health(run, HealthStatus.HEALTHY, 0, results, since);
        }
        // Who has not come up yet may fail as long as its start is allowed to take.
        boolean forgiven = status == HealthStatus.STARTING && result.startNanos() - run < plan.startPeriod();
        int streak = forgiven ? failingStreak : failingStreak + 1;
        HealthStatus next = streak >= plan.retries() && !forgiven ? HealthStatus.UNHEALTHY : status;
        return new Health(run, next, streak, results, next == HealthStatus.HEALTHY ? healthyNanos : 0);
    }
}
