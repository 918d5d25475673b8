package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.StopOptions;
import io.wharf.contracts.Pending;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Stops a container: writes down that it shall stop, signals and leaves; the exit comes back as a transition of its own,
 * and until then others get through.
 */
final class StopContainer {
    private final Room room;
    private final Lifecycle verbs;

    StopContainer(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    Pending<Void> run(Container container, StopOptions options) {
        // Wrong words are refused before anything is promised.
        signal(container, options);
        if (!container.status().countsAsRunning() && !container.starting()) {
            return Pending.of(
                    Future.failedFuture(new WharfException(ErrorKind.NOT_MODIFIED, "container is not running")));
        }
        return Pending.of(room.table()
                .wantStop(container)
                .compose(written -> afterStart(container))
                .compose(started -> stopNow(container, options)));
    }

    /** A start under way is broken off at its next step; where that is too late, its run is stopped like any other. */
    Future<Void> afterStart(Container container) {
        if (!container.starting()) {
            return Future.succeededFuture();
        }
        container.abortStart();
        return room.lanes().run(container.id(), Future::succeededFuture);
    }

    /** Ends the run, or the wait for one; completes when that is committed. Announces the stop. */
    Future<Void> stopNow(Container container, StopOptions options) {
        if (container.status() == Status.RESTARTING) {
            return verbs.signals.endDelay(container).compose(ended -> announce(container));
        }
        return container.run() == null
                ? Future.succeededFuture()
                : signalAndWait(container, options).compose(ended -> announce(container));
    }

    /** Signals, waits, kills; completes when the end is committed. Announces nothing but the signals. */
    Future<Void> signalAndWait(Container container, StopOptions options) {
        Run run = container.run();
        if (run == null) {
            return Future.succeededFuture();
        }
        Integer asked = options.timeoutSeconds();
        int seconds = asked == null ? seconds(container) : asked;
        int signal = signal(container, options);
        container.ending(true);
        return verbs.signals
                .send(container, run, signal)
                .compose(sent -> container.status() == Status.PAUSED || container.heldStill()
                        ? verbs.signals.thaw(container)
                        : Future.succeededFuture())
                .compose(sent -> ended(run, seconds))
                .compose(ended -> ended ? Future.<Void>succeededFuture() : verbs.signals.killAndWait(container, run))
                .onComplete(over -> container.ending(false));
    }

    private Future<Void> announce(Container container) {
        return room.table().announce(container, "stop", Map.of());
    }

    /** Whether the run ends within the time; a negative one waits for ever. */
    private Future<Boolean> ended(Run run, int seconds) {
        Promise<Boolean> promise = Promise.promise();
        long timer = seconds < 0
                ? -1
                : room.vertx()
                        .setTimer(
                                Math.max(1, TimeUnit.SECONDS.toMillis(seconds)),
                                late -> promise.tryComplete(Boolean.FALSE));
        run.over().onComplete(over -> {
            room.vertx().cancelTimer(timer);
            promise.tryComplete(Boolean.TRUE);
        });
        return promise.future();
    }

    private static int signal(Container container, StopOptions options) {
        String wanted = options.signal();
        return wanted == null || wanted.isEmpty()
                ? SignalContainer.stopSignal(container.config())
                : SignalContainer.number(wanted);
    }

    /** Until it is killed where nobody says otherwise; a negative number for never. */
    int seconds(Container container) {
        Integer own = container.config().stopTimeout();
        return own == null ? room.host().adjustable().defaults().stopSeconds() : own;
    }
}
