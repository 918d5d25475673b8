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
                throw WharfException.internal("Container " + container.id() + " is not paused");
            }
            return change(container, false);
        });
    }

    private Future<Void> change(Container container, boolean frozen) {
        return Freezer.set(room, container, frozen)
                .compose(done -> room.table()
                        .commit(
                                container,
                                container.state().in(frozen ? Status.PAUSED : Status.RUNNING),
                                container.sandbox(),
                                frozen ? "pause" : "unpause",
                                Map.of())
                        // What is not written down is taken back: a frozen container that seems to run deceives.
                        .recover(failure ->
                                Freezer.set(room, container, !frozen).transform(back -> Future.failedFuture(failure))));
    }
}
