package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.contracts.ContainerService.Exit;
import io.wharf.contracts.ContainerService.WaitCondition;
import io.wharf.contracts.Pending;

/** Waits for an exit or the removal; never in a lane. */
final class AwaitContainer {
    private AwaitContainer() {}

    static Pending<Exit> run(Container container, WaitCondition condition) {
        boolean ended = !container.status().countsAsRunning() && !container.starting();
        if (condition == WaitCondition.NOT_RUNNING && ended) {
            return Pending.done(Definition.exit(container.state()));
        }
        Future<Exit> exit = container.waiter(condition == WaitCondition.REMOVED);
        return new Pending<>(exit, () -> container.forget(exit));
    }
}
