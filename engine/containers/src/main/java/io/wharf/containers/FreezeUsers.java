package io.wharf.containers;

import io.vertx.core.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the containers that run with a volume still for as long as somebody copies it. That is no pause that anybody sees:
 * their state stays RUNNING, so an engine that dies meanwhile lets them go on when it adopts them.
 */
final class FreezeUsers {
    private static final Logger LOG = LoggerFactory.getLogger(FreezeUsers.class);

    private final Room room;

    FreezeUsers(Room room) {
        this.room = room;
    }

    /** Answers the ids of those that stand still now; all go on where one cannot be stopped. */
    Future<List<String>> freeze(String volume) {
        List<Container> users = room.containers().all().stream()
                .filter(container -> container.status() == Status.RUNNING)
                .filter(container -> container.definition().mounts().targets().stream()
                        .anyMatch(mount -> mount.isVolume() && volume.equals(mount.name())))
                .toList();
        List<String> ids = users.stream().map(Container::id).toList();
        return Future.join(users.stream()
                        .map(container -> room.lanes().run(container.id(), () -> freeze(container)))
                        .toList())
                .map(ids)
                .recover(failure -> thaw(ids).compose(thawed -> Future.failedFuture(failure)));
    }

    Future<Void> thaw(List<String> ids) {
        return Future.join(ids.stream()
                        .map(id -> room.lanes()
                                .run(
                                        id,
                                        () -> room.containers()
                                                .find(id)
                                                .map(this::thaw)
                                                .orElseGet(Future::succeededFuture)))
                        .toList())
                .mapEmpty();
    }

    private Future<Void> freeze(Container container) {
        return container.status() == Status.RUNNING ? Freezer.set(room, container, true) : Future.succeededFuture();
    }

    private Future<Void> thaw(Container container) {
        // Somebody may have paused it for good in between; that is not ours to undo.
        if (container.status() != Status.RUNNING) {
            return Future.succeededFuture();
        }
        return Freezer.set(room, container, false).recover(failure -> {
            LOG.warn("cannot let {} go on after a copy of its volume: {}", container.id(), failure.toString());
            return Future.succeededFuture();
        });
    }
}
