package io.wharf.health;

import io.wharf.base.Times;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthStatus;
import io.wharf.contracts.ProbeResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one run of a container again and again, never twice at once, until it is stopped.
 *
 * <pre>
 *   WAITING --time--> PROBING --result--> REPORTING --verdict--> WAITING
 * </pre>
 */
final class Monitor {
    private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);

    private final HealthPlan plan;
    private final Tools tools;
    private final ContainerService containers;
    private HealthStatus status;
    private Schedule.@Nullable Entry next;
    private @Nullable RunningProbe probe;
    private boolean stopped;

    Monitor(HealthPlan plan, Tools tools, ContainerService containers) {
        this.plan = plan;
        this.tools = tools;
        this.containers = containers;
        this.status = plan.status();
    }

    HealthPlan plan() {
        return plan;
    }

    void start() {
        waitForNext();
    }

    void stop() {
        stopped = true;
        if (next != null) {
            tools.schedule().cancel(next);
        }
        if (probe != null) {
            probe.cancel();
        }
    }

    private void waitForNext() {
        if (!stopped) {
            next = tools.schedule().after(interval(plan, status, Times.nowNanos()), this::probe);
        }
    }

    /** Until a container has come up once, and as long as it may take for that, it is asked more often. */
    static long interval(HealthPlan plan, HealthStatus status, long nowNanos) {
        boolean starting = status == HealthStatus.STARTING && nowNanos - plan.run() < plan.startPeriod();
        return starting ? plan.startInterval() : plan.interval();
    }

    private void probe() {
        next = null;
        RunningProbe begun = switch (plan.probe()) {
            case HealthPlan.Command command -> new CommandProbe(tools, plan, command);
            case HealthPlan.Http http -> new HttpProbe(tools, plan, http);
            case HealthPlan.Tcp tcp -> new ConnectProbe(tools, plan, tcp.at());
        };
        probe = begun;
        begun.begin(begun instanceof CommandProbe ? tools.commandTurns() : tools.connectTurns())
                .onSuccess(this::report);
    }

    private void report(ProbeResult result) {
        probe = null;
        if (stopped) {
            return;
        }
        containers
                .reportHealth(plan.containerId(), plan.run(), result)
                .onComplete(
                        verdict -> {
                            status = verdict;
                            // NONE: that run is over or paused, and the event that says so is on its way.
                            waitForNext();
                        },
                        failure -> {
                            LOG.warn("health of {}: {}", plan.name(), failure.getMessage());
                            waitForNext();
                        });
    }
}
