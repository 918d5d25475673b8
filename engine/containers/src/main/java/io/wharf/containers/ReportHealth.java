package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthStatus;
import io.wharf.contracts.ProbeResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes results of probes. Only a change of the status is committed, together with its event: a probe each second must
 * not cost a write each second. What is known beside (streak, log) goes to disk with the next such change.
 */
final class ReportHealth {
    private final Room room;
    private final Lifecycle verbs;

    ReportHealth(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /** Of one container when the transition under way is over: whoever asks may have heard of it before this room. */
    Future<List<HealthPlan>> plans(@Nullable String id) {
        if (id != null) {
            return room.lanes().run(id, () -> {
                Container one = room.containers().byId(id);
                return Future.succeededFuture(
                        one == null ? List.of() : PlanHealth.of(one).stream().toList());
            });
        }
        return Future.succeededFuture(room.containers().all().stream()
                .map(PlanHealth::of)
                .flatMap(Optional::stream)
                .toList());
    }

    Future<HealthStatus> run(String id, long run, ProbeResult result) {
        Container container = room.containers().byId(id);
        Optional<HealthPlan> plan = container == null ? Optional.empty() : PlanHealth.of(container);
        if (container == null || plan.isEmpty() || plan.get().run() != run) {
            return Future.succeededFuture(HealthStatus.NONE);
        }
        Health before = Health.of(container);
        Health next = before.after(result, plan.get());
        if (next.status() == before.status()) {
            container.health(next);
            return Future.succeededFuture(judged(container, next, plan.get(), result));
        }
        return room.table()
                .commitHealth(container, next, "health_status: " + next.status().word(), Map.of())
                .map(done -> judged(container, next, plan.get(), result));
    }

    private HealthStatus judged(Container container, Health health, HealthPlan plan, ProbeResult result) {
        // Unhealthy only for having been frozen is no reason to act: as many probes must fail as ever.
        boolean failed = result.exitCode() != 0 && health.failingStreak() >= plan.retries();
        if (health.status() == HealthStatus.UNHEALTHY && failed) {
            verbs.unhealthy.run(container, health);
        } else if (health.status() == HealthStatus.HEALTHY) {
            ActOnUnhealthy.calm(container, health);
        }
        return health.status();
    }
}
