package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import java.util.Map;

/** Freezes a container and lets it go on. */
final class PauseContainer {
    private final Room room;

    PauseContainer(Room room) {
        this.room = room;
    }

    Future<Void> pause(Container container) {
        return room.lanes().run(container.id(), () -> {
            String subject = "Container " + container.id() + " is ";
            switch (container.status()) {
                case RUNNING -> {
                    return change(container, true);
                }
                case PAUSED -> throw WharfException.conflict(subject + "already paused");
                case RESTARTING ->
                    throw WharfException.conflict(subject + "restarting, wait until the container is running");
                case CREATED, EXITED, REMOVING, DEAD -> throw WharfException.conflict(subject + "not running");
            }
            throw new IllegalStateException("every status is decided above");
        });
    }

    Future<Void> unpause(Container container) {
        return room.lanes().run(container.id(), () -> {
            if (container.status() != Status.PAUSED) {
                throw WharfException.conflict("Container " + container.id() + " is not paused");
            }
            return change(container, false);
        });
    }

    private Future<Void> change(Container container, boolean frozen) {
        return Freezer.set(room, container, frozen)
                .compose(done -> commit(container, frozen)
                        // What is not written down is taken back: a frozen container that seems to run deceives.
                        .recover(failure ->
                                Freezer.set(room, container, !frozen).transform(back -> Future.failedFuture(failure))));
    }

    private Future<Void> commit(Container container, boolean frozen) {
        var next = container.state().in(frozen ? Status.PAUSED : Status.RUNNING);
        if (!frozen || !PlanHealth.isProbed(container.config())) {
            return room.table().commit(container, next, container.sandbox(), frozen ? "pause" : "unpause", Map.of());
        }
        Health unknown = Health.of(container).unknown();
        return room.table()
                .commit(container, next, container.sandbox(), tx -> {
                    ContainerTable.writeHealth(tx, container, unknown);
                    ContainerTable.announce(tx, container, "pause", Map.of());
                })
                .onSuccess(durable -> container.health(unknown));
    }
}
