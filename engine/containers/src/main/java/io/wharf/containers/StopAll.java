package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.contracts.ContainerService.StopOptions;
import io.wharf.contracts.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops what runs because the engine goes: each with its own signal and in its own time, nobody's wish being written down,
 * so that policies bring back with the next engine what they would have brought back. Nothing starts any more.
 */
final class StopAll {
    /** What dockerd grants a container beyond its own time. */
    private static final int GRACE_SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(StopAll.class);

    private final Room room;
    private final Lifecycle verbs;

    StopAll(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /**
     * Completes when none runs. Called again, to kill at once, it hastens what it began.
     *
     * @param seconds until all are killed, but never less than the longest of their own times; a negative number for no
     *     such end
     */
    Pending<Void> run(int seconds, boolean atOnce) {
        verbs.closing(true);
        List<Container> running = room.containers().all().stream()
                .filter(container -> container.run() != null || container.starting())
                .toList();
        if (running.isEmpty()) {
            return Pending.of(Future.succeededFuture());
        }
        LOG.info("{} {} containers", atOnce ? "killing" : "stopping", running.size());
        if (atOnce) {
            return Pending.of(all(running, this::kill));
        }
        int limit = limit(running, seconds);
        long timer = limit < 0
                ? -1
                : room.vertx().setTimer(TimeUnit.SECONDS.toMillis(limit), late -> {
                    LOG.warn("some containers did not stop within {} s: killing them", limit);
                    all(running, this::kill);
                });
        return Pending.of(
                all(running, this::stop).onComplete(over -> room.vertx().cancelTimer(timer)));
    }

    /** As dockerd reckons it. */
    private int limit(List<Container> running, int seconds) {
        int limit = seconds;
        for (Container container : running) {
            int own = verbs.stop.seconds(container);
            if (own < 0) {
                return -1;
            }
            limit = limit < 0 ? limit : Math.max(limit, own + GRACE_SECONDS);
        }
        return limit;
    }

    private Future<Void> stop(Container container) {
        return verbs.stop
                .afterStart(container)
                .compose(started -> verbs.stop.stopNow(container, new StopOptions(null, null)));
    }

    private Future<Void> kill(Container container) {
        Run run = container.run();
        return run == null ? Future.succeededFuture() : verbs.signals.killAndWait(container, run);
    }

    /** What one of them cannot do is logged, and in nobody's way. */
    private static Future<Void> all(List<Container> containers, Function<Container, Future<Void>> verb) {
        List<Future<Void>> under = new ArrayList<>();
        for (Container container : containers) {
            under.add(verb.apply(container).compose(done -> container.cleared()).recover(failure -> {
                LOG.warn("stopping {}: {}", container.id(), failure.getMessage());
                return Future.succeededFuture();
            }));
        }
        return Future.join(under).mapEmpty();
    }
}
