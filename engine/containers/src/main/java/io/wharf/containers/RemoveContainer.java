package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.RemoveOptions;
import io.wharf.oci.MountTarget;
import io.wharf.oci.Trees;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes a container: its run first, if forced, then all that was made for it, then its record and its name. */
final class RemoveContainer {
    private static final Logger LOG = LoggerFactory.getLogger(RemoveContainer.class);

    private final Room room;
    private final Lifecycle verbs;

    RemoveContainer(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /**
     * On a request.
     *
     * @param ref by which the client called it
     */
    Future<Void> run(String ref, RemoveOptions options) {
        Container container = room.containers().get(ref);
        if (container.removing()) {
            throw WharfException.conflict("removal of container " + ref + " is already in progress");
        }
        if (!options.force()) {
            refuseIfRunning(container);
        }
        container.removing(true);
        // Written first: the end of a run that is killed for it begins the removal.
        Future<Void> recorded = options.volumes() && hasVolumes(container)
                ? verbs.volumes.record(container.id())
                : Future.succeededFuture();
        return recorded.compose(done -> ensureEnded(container))
                .compose(ended -> room.lanes().run(container.id(), () -> inLane(container, options.volumes())))
                .onFailure(failed -> container.removing(false));
    }

    private static void refuseIfRunning(Container container) {
        String subject = "cannot remove container \"/" + container.name() + "\": container is ";
        switch (container.status()) {
            case RUNNING ->
                throw WharfException.conflict(subject + "running: stop the container before removing or force remove");
            case PAUSED -> throw WharfException.conflict(subject + "paused and must be unpaused first");
            case RESTARTING ->
                throw WharfException.conflict(
                        subject + "restarting: stop the container before removing or force remove");
            case CREATED, EXITED, REMOVING, DEAD -> {
                if (container.starting()) {
                    throw WharfException.conflict(
                            subject + "starting: stop the container before removing or force remove");
                }
            }
        }
    }

    /** Kills what runs and breaks off a start; not in the lane, for the end has to come through it. */
    private Future<Void> ensureEnded(Container container) {
        Run run = container.run();
        if (container.starting()) {
            container.abortStart();
            if (run != null) {
                verbs.watch.kill(run);
            }
            // The start sees it at its next step; if that was too late, there is a run to be ended like any other.
            return room.lanes()
                    .run(container.id(), Future::<Void>succeededFuture)
                    .compose(over -> ensureEnded(container));
        }
        if (run == null) {
            return Future.succeededFuture();
        }
        return verbs.signals.killAndWait(container, run);
    }

    /** The rest of a removal at the end of a run, by which it was begun. */
    void afterEnd(Container container, Future<Void> taken) {
        room.lanes()
                .run(
                        container.id(),
                        () -> taken.compose(done -> forget(container)).recover(failure -> dead(container, failure)))
                .onFailure(failure -> {
                    container.removing(false);
                    LOG.warn("cannot remove {} after its end: {}", container.id(), failure.toString());
                });
    }

    /** By the engine itself, after a failed start of a container that wants that, or where a crash cut it off. */
    void afterwards(Container container, boolean volumes) {
        container.removing(true);
        room.lanes().run(container.id(), () -> inLane(container, volumes)).onFailure(failure -> {
            container.removing(false);
            LOG.warn("cannot remove {} after its end: {}", container.id(), failure.toString());
        });
    }

    /** From here on a crash is followed by the rest of the removal. */
    Future<Void> inLane(Container container, boolean volumes) {
        if (container.status().hasProcess()) {
            return Future.failedFuture(
                    WharfException.conflict("container " + container.name() + " was started meanwhile: try again"));
        }
        if (container.restartTimer() >= 0) {
            room.vertx().cancelTimer(container.restartTimer());
            container.restartTimer(-1);
        }
        StepTimes times = new StepTimes("remove");
        return Future.join(committedAsRemoving(container), container.released())
                .compose(done -> {
                    times.step("begin");
                    FailurePoint.reach("remove begin");
                    // What the last run left is cleared at the same time: other things in other places.
                    return takeAway(container, volumes);
                })
                .compose(done -> {
                    times.step("layer");
                    FailurePoint.reach("remove layer");
                    return forget(container);
                })
                // Also where the last commit fails: a removal that has come to nothing must be seen.
                .recover(failure -> dead(container, failure))
                .onSuccess(done -> {
                    times.step("commit");
                    times.done(container.id());
                });
    }

    private Future<Void> committedAsRemoving(Container container) {
        State state = container.state();
        return switch (state.status()) {
            case REMOVING -> Future.succeededFuture();
            case RESTARTING ->
                room.table().commit(container, state.in(Status.EXITED).in(Status.REMOVING), null, tx -> {});
            case CREATED, EXITED, DEAD -> room.table().commit(container, state.in(Status.REMOVING), null, tx -> {});
            case RUNNING, PAUSED ->
                Future.failedFuture(WharfException.conflict("container " + container.name() + " is running"));
        };
    }

    private static boolean hasVolumes(Container container) {
        return container.definition().mounts().targets().stream().anyMatch(MountTarget::isVolume);
    }

    /** Takes away what was made for the container: all of it bears being absent. */
    Future<Void> takeAway(Container container, boolean volumes) {
        return verbs.files.revoke(container).compose(ended -> takeParts(container, volumes));
    }

    private Future<Void> takeParts(Container container, boolean volumes) {
        List<Future<Void>> parts = new ArrayList<>();
        parts.add(room.images().removeLayer(container.id()));
        parts.add(room.streams().removed(container));
        if (!ImageMounts.layers(container).isEmpty()) {
            parts.add(new ImageMounts(room).remove(container));
        }
        if (hasVolumes(container)) {
            parts.add(verbs.volumes.release(container, volumes));
        }
        return Future.join(parts)
                .mapEmpty()
                .compose(done ->
                        room.pools().run(() -> Trees.delete(room.layout().container(container.id()))));
    }

    private Future<Void> forget(Container container) {
        return room.table().delete(container).onSuccess(done -> {
            room.containers().remove(container);
            container.tell(Definition.exit(container.state()), true);
        });
    }

    private Future<Void> dead(Container container, Throwable failure) {
        WharfException known = WharfException.of(failure);
        String why = "cannot remove container " + container.name() + ": " + known.getMessage();
        return room.table()
                .commit(container, container.state().in(Status.DEAD).withError(why), null, tx -> {})
                .transform(done -> Future.failedFuture(new WharfException(known.kind(), why, failure)));
    }
}
