package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.Times;
import io.wharf.base.Tx;
import io.wharf.linux.ExitStatus;
import io.wharf.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a run as a transition: exit code, event, what it leaves, and what the policy wants next. */
final class EndRun {
    /** What the shell says of a process that SIGKILL ended. */
    static final int KILLED = 137;

    static final String NO_MONITOR =
            "the monitor of the container was killed: output after that is lost, and the exit code may be unknown";

    private static final Logger LOG = LoggerFactory.getLogger(EndRun.class);
    private static final int RETRY_MILLIS = 1000;

    private final Room room;
    private final Lifecycle verbs;

    EndRun(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /** How a run ended. */
    record Ending(int exitCode, String error, long oomKills, long nanos) {
        /** The monitor left no word of it. */
        boolean unseen() {
            return !error.isEmpty();
        }
    }

    /** Called with a run whose monitor has ended; nothing where a failed start has forgotten that run. */
    Future<Void> inLane(Container container, Run run) {
        if (container.run() != run) {
            return Future.succeededFuture();
        }
        StepTimes times = new StepTimes("end");
        return room.pools().callUrgently(() -> ending(container)).compose(ending -> {
            times.step("read");
            return ending.unseen() && WatchRun.goesOn(run)
                    ? withoutMonitor(container, run)
                    : over(container, run, ending, times);
        });
    }

    /** The monitor was killed, and what it watched goes on: that is what the state says. */
    private Future<Void> withoutMonitor(Container container, Run run) {
        LOG.warn("the monitor of {} was killed; its container goes on", container.id());
        verbs.watch.followProcess(container, run);
        return container.status().hasProcess()
                ? room.table().commit(container, container.state().withError(NO_MONITOR), container.sandbox(), tx -> {})
                : Future.succeededFuture();
    }

    /** The process of a run without a monitor has ended; with its status where it was our child. */
    Future<Void> unmonitored(Container container, Run run, Optional<ExitStatus> status) {
        if (container.run() != run) {
            return Future.succeededFuture();
        }
        return room.pools()
                .callUrgently(() -> verbs.memory.killsAtEnd(container))
                .compose(kills -> over(
                        container,
                        run,
                        new Ending(status.map(ExitStatus::number).orElse(KILLED), NO_MONITOR, kills, Times.nowNanos()),
                        new StepTimes("end")));
    }

    private Future<Void> over(Container container, Run run, Ending ending, StepTimes times) {
        return room.streams()
                .ended(container, room.files(container))
                .recover(failure -> {
                    LOG.warn("streams of {}: {}", container.id(), failure.toString());
                    return Future.succeededFuture();
                })
                .compose(heard -> finish(container, ending))
                .onFailure(failure -> {
                    // A full disk, mostly. Until it can be kept, the state does not tell of an end.
                    LOG.error("the end of {} cannot be kept yet: {}", container.id(), failure.toString());
                    room.vertx()
                            .setTimer(
                                    RETRY_MILLIS,
                                    due -> room.lanes().run(container.id(), () -> over(container, run, ending, times)));
                })
                .onSuccess(done -> {
                    container.run(null);
                    times.step("commit");
                    // Those who stop or remove go on when the ports and the name are free again.
                    container.released().onComplete(free -> {
                        run.end();
                        times.step("release");
                        times.done(container.id());
                    });
                });
    }

    /** Reads how the run ended; on a thread that may block. */
    Ending ending(Container container) throws IOException {
        MonitorFiles files = room.files(container);
        long kills = verbs.memory.killsAtEnd(container);
        try {
            int code = Integer.parseInt(Files.readString(files.exitFile()).strip());
            FileStatus file = FileStatus.of(files.exitFile().toString());
            long nanos = TimeUnit.SECONDS.toNanos(file.modifiedSeconds()) + file.modifiedNanos();
            // File times come from a coarser clock than ours and may lie a few milliseconds back.
            return new Ending(code, "", kills, Math.max(nanos, container.state().startedNanos()));
        } catch (NoSuchFileException | NumberFormatException e) {
            return new Ending(KILLED, NO_MONITOR, kills, Times.nowNanos());
        }
    }

    /**
     * Commits the end of a run; then whoever waits is told, and what the policy wants begins. What others may wait for
     * (ports, addresses, the layer of a container that goes with its end) is given back while the commit is under way.
     */
    Future<Void> finish(Container container, Ending ending) {
        State before = container.state();
        ActOnUnhealthy.Cause cause = container.cause();
        boolean alone = !container.removing() && !container.restartingByHand();
        boolean again = alone
                && !verbs.closing()
                && RestartDelay.wanted(
                        container.host().restartPolicy(),
                        ending.exitCode(),
                        before.restartCount(),
                        container.stopWanted());
        int healing = alone && !verbs.closing() && cause != null && !container.stopWanted() ? cause.delayMillis() : -1;
        boolean remove = alone && !again && healing < 0 && container.host().autoRemove();
        State ended = before.ended(
                again || healing >= 0 ? Status.RESTARTING : Status.EXITED,
                ending.exitCode(),
                ending.error().isEmpty() && cause != null ? cause.reason() : ending.error(),
                Math.max(ending.oomKills(), before.oomKills()),
                ending.nanos());
        State next = remove || container.removing() ? ended.in(Status.REMOVING) : ended;
        container.removing(container.removing() || remove);
        FailurePoint.died("end");
        Future<Void> released = verbs.leftovers.release(container);
        // The layer's removal unmounts the root, too.
        Future<Void> layer = remove
                ? verbs.remove.takeAway(container, true)
                : container.removing() ? Future.succeededFuture() : verbs.leftovers.unmountRoot(container);
        Future<Void> committed = room.table()
                .commit(container, next, null, announcements(container, ending, before))
                .onSuccess(done -> container.tell(Definition.exit(next), false));
        Future<Void> runtime = committed.compose(done -> verbs.leftovers.clearRuntime(container));
        container.released(Future.join(committed, released, remove ? Future.succeededFuture() : layer)
                .otherwiseEmpty()
                .mapEmpty());
        container.cleared(Future.join(released, layer, runtime)
                .recover(failure -> {
                    LOG.warn("the run of {} is not cleared: {}", container.id(), failure.toString());
                    return Future.succeededFuture();
                })
                .mapEmpty());
        return committed
                .onSuccess(done -> {
                    if (healing >= 0) {
                        restartAfter(container, healing);
                    } else if (again) {
                        restartLater(container, ending.nanos() - before.startedNanos());
                    } else if (remove) {
                        verbs.remove.afterEnd(
                                container, Future.join(released, layer).mapEmpty());
                    }
                })
                .onFailure(failure -> {
                    // A removal by hand that waits for this end goes on waiting.
                    if (remove) {
                        container.removing(false);
                    }
                });
    }

    private static Consumer<Tx> announcements(Container container, Ending ending, State before) {
        ActOnUnhealthy.Cause cause = container.cause();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(Math.max(0, ending.nanos() - before.startedNanos()));
        return tx -> {
            for (long kill = before.oomKills(); kill < ending.oomKills(); kill++) {
                ContainerTable.announce(tx, container, "oom", Map.of());
            }
            Map<String, String> attributes = new HashMap<>(
                    Map.of("exitCode", Integer.toString(ending.exitCode()), "execDuration", Long.toString(seconds)));
            if (cause != null) {
                attributes.putAll(cause.attributes());
            }
            ContainerTable.announce(tx, container, "die", attributes);
        };
    }

    /** Of a run whose processes and traces are gone already. */
    Future<Void> commitEnd(Container container, int exitCode, String why) {
        State before = container.state();
        Ending ending = new Ending(exitCode, why, before.oomKills(), Times.nowNanos());
        State next = before.ended(Status.EXITED, exitCode, why, before.oomKills(), ending.nanos());
        return room.table()
                .commit(container, next, null, announcements(container, ending, before))
                .onSuccess(done -> container.tell(Definition.exit(next), false));
    }

    /** Waits outside of the lane, so that a stop or a removal gets through. */
    void restartLater(Container container, long ranNanos) {
        int delay = RestartDelay.next(container.restartDelayMillis(), ranNanos);
        container.restartDelayMillis(delay);
        restartAfter(container, delay);
    }

    private void restartAfter(Container container, int delay) {
        container.restartTimer(room.vertx().setTimer(delay, over -> verbs.start.again(container)));
    }
}
