package io.wharf.containers;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the containers that run with a volume still for as long as somebody copies it. That is no pause that anybody sees:
 * their state stays RUNNING, so an engine that dies meanwhile lets them go on when it adopts them.
 */
final class FreezeUsers {
    private static final Logger LOG = LoggerFactory.getLogger(FreezeUsers.class);

    /** For how many copies each stands still: it goes on with the last of them. */
    private final Map<String, Integer> holds = new HashMap<>();

    /** Answers the ids of those that stand still now; all go on where one cannot be stopped. */
    Future<List<String>> freeze(Room room, String volume) {
        List<Container> users = room.containers().all().stream()
                .filter(container -> container.status() == Status.RUNNING)
                .filter(container -> container.definition().mounts().targets().stream()
                        .anyMatch(mount -> mount.isVolume() && volume.equals(mount.name())))
                .toList();
        List<String> ids = users.stream().map(Container::id).toList();
        ids.forEach(id -> holds.merge(id, 1, Integer::sum));
        return Future.join(users.stream()
                        .map(container -> room.lanes().run(container.id(), () -> freeze(room, container)))
                        .toList())
                .map(ids)
                .recover(failure -> thaw(room, ids).compose(thawed -> Future.failedFuture(failure)));
    }

    Future<Void> thaw(Room room, List<String> ids) {
        List<String> free = ids.stream()
                .filter(id -> holds.computeIfPresent(id, (held, count) -> count == 1 ? null : count - 1) == null)
                .toList();
        return Future.join(free.stream()
                        .map(id -> room.lanes()
                                .run(
                                        id,
                                        () -> room.containers()
                                                .find(id)
                                                .map(container -> thaw(room, container))
                                                .orElseGet(Future::succeededFuture)))
                        .toList())
                .mapEmpty();
    }

    /** At the end of the engine: nobody would be there to do it. */
    Future<Void> thawAll(Room room) {
        List<Container> held =
                room.containers().all().stream().filter(Container::heldStill).toList();
        holds.clear();
        return Future.join(held.stream().map(container -> thaw(room, container)).toList())
                .mapEmpty();
    }

    private static Future<Void> freeze(Room room, Container container) {
        // One that is being stopped must see its signal, or it would be killed in the end.
        if (container.status() != Status.RUNNING || container.ending()) {
            return Future.succeededFuture();
        }
        container.heldStill(true);
        return Freezer.set(room, container, true)
                .compose(frozen -> container.ending() ? thaw(room, container) : Future.succeededFuture());
    }

    private static Future<Void> thaw(Room room, Container container) {
        container.heldStill(false);
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
