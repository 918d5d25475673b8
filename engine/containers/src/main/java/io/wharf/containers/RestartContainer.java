package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.StopOptions;
import io.wharf.contracts.Pending;
import java.util.Map;

/** Stops a container, where it runs, and starts it. */
final class RestartContainer {
    private final Room room;
    private final Lifecycle verbs;

    RestartContainer(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    Pending<Void> run(Container container, StopOptions options) {
        if (container.removing()) {
            throw WharfException.conflict("container is marked for removal and cannot be started");
        }
        // Neither its policy nor its removal at the end comes in between.
        container.restartingByHand(true);
        return Pending.of(verbs.stop
                .stopNow(container, options)
                .compose(stopped -> room.lanes().run(container.id(), () -> switch (container.status()) {
                    case CREATED, EXITED -> verbs.start.byHand(container);
                    // Somebody was quicker.
                    case RUNNING, PAUSED, RESTARTING -> Future.<Void>succeededFuture();
                    case REMOVING, DEAD ->
                        throw WharfException.conflict("container is marked for removal and cannot be started");
                }))
                .onComplete(done -> container.restartingByHand(false))
                .compose(done -> room.table().announce(container, "restart", Map.of())));
    }
}
