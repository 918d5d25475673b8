package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a container, by hand or by its policy, and shows in its state why it could not be. */
final class StartContainer {
    private static final Logger LOG = LoggerFactory.getLogger(StartContainer.class);

    private final Room room;
    private final Lifecycle verbs;

    StartContainer(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /** On a request: refuses as Docker does. */
    Future<Void> run(Container container) {
        return room.lanes().run(container.id(), () -> {
            switch (container.status()) {
                case RUNNING, RESTARTING ->
                    throw new WharfException(ErrorKind.NOT_MODIFIED, "container is running already");
                case PAUSED -> throw WharfException.conflict("cannot start a paused container, try unpause instead");
                case REMOVING, DEAD -> throw markedForRemoval();
                case CREATED, EXITED -> {
                    if (container.removing()) {
                        throw markedForRemoval();
                    }
                }
            }
            return byHand(container);
        });
    }

    /** Inside the lane, of a container that does not run. */
    Future<Void> byHand(Container container) {
        container.stopWanted(false);
        container.restartDelayMillis(0);
        container.cause(null);
        container.unhealthyRestarts(0);
        return inLane(container, 0);
    }

    private static WharfException markedForRemoval() {
        return WharfException.conflict("container is marked for removal and cannot be started");
    }

    /** When the delay of its policy is over; nothing where somebody stopped it meanwhile. */
    Future<Void> again(Container container) {
        return room.lanes().run(container.id(), () -> {
            container.restartTimer(-1);
            if (container.status() != Status.RESTARTING || container.removing() || container.stopWanted()) {
                return Future.succeededFuture();
            }
            return inLane(container, container.state().restartCount() + 1)
                    .compose(started -> verbs.unhealthy.restarted(container))
                    .onFailure(failure -> LOG.warn("cannot restart {}: {}", container.id(), failure.getMessage()))
                    .otherwiseEmpty();
        });
    }

    private Future<Void> inLane(Container container, int restarts) {
        if (verbs.closing()) {
            // Its state stays as it is: the next engine does what its policy wants.
            return Future.failedFuture(new WharfException(ErrorKind.UNAVAILABLE, "the engine is stopping"));
        }
        room.expectProcess();
        return verbs.begin.run(container, restarts).recover(failure -> failed(container, StartFailure.of(failure)));
    }

    /** Everything is undone; the state tells why. The first error is what the client hears. */
    private Future<Void> failed(Container container, StartFailure failure) {
        String why = String.valueOf(failure.refusal().getMessage());
        boolean remove = container.host().autoRemove() && !container.removing();
        State before = container.state();
        // Committed as running, but its process could not be let go.
        Future<Void> committed = before.status() == Status.RUNNING
                ? verbs.end.commitEnd(container, failure.exitCode(), why)
                : room.table().commit(container, before.notStarted(failure.exitCode(), why), null, tx -> {});
        return committed
                .recover(second -> {
                    LOG.error("cannot keep why {} did not start: {}", container.id(), second.toString());
                    return Future.succeededFuture();
                })
                .compose(done -> {
                    if (remove) {
                        verbs.remove.afterwards(container, true);
                    }
                    return Future.failedFuture(failure.refusal());
                });
    }
}
