package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.linux.Fd;
import io.wharf.linux.Signals;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signals a container's first process by its handle, outside of any lane; {@code kill} as clients know it. */
final class SignalContainer {
    private static final Logger LOG = LoggerFactory.getLogger(SignalContainer.class);

    private final Room room;
    private final Lifecycle verbs;

    SignalContainer(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /** The kill verb: SIGKILL, where none is named, and that waits for the end. */
    Future<Void> kill(String ref, @Nullable String name) {
        try {
            int signal = name == null || name.isEmpty() ? Signals.SIGKILL : number(name);
            return kill(room.containers().get(ref), signal)
                    .recover(failure -> Future.failedFuture(named(ref, failure)));
        } catch (WharfException e) {
            throw named(ref, e);
        }
    }

    private static WharfException named(String ref, Throwable failure) {
        WharfException known = WharfException.of(failure);
        return new WharfException(known.kind(), "cannot kill container: " + ref + ": " + known.getMessage(), failure);
    }

    private Future<Void> kill(Container container, int signal) {
        boolean deadly = signal == Signals.SIGKILL;
        if (container.starting() && deadly) {
            container.abortStart();
            return room.table().wantStop(container).onSuccess(written -> {
                Run begun = container.run();
                if (begun != null) {
                    verbs.watch.kill(begun);
                }
            });
        }
        if (container.status() == Status.RESTARTING) {
            return endDelay(container);
        }
        Run run = container.run();
        if (run == null || run.processPidfd() == null) {
            return Future.failedFuture(WharfException.conflict("container " + container.id() + " is not running"));
        }
        boolean lastWord = deadly || isLast(container, signal);
        Future<Void> intent =
                lastWord && !container.restartingByHand() ? room.table().wantStop(container) : Future.succeededFuture();
        return intent.compose(written -> send(container, run, signal)).compose(sent -> {
            Future<Void> thawed = deadly || (lastWord && container.status() == Status.PAUSED)
                    ? thaw(container)
                    : Future.succeededFuture();
            return thawed.compose(done -> deadly ? over(container, run) : Future.succeededFuture());
        });
    }

    /**
     * Whether no policy starts the container again after this signal, as in Docker: after any, where nothing says which
     * one stops it; and {@code unless-stopped} takes every signal for a stop.
     */
    private static boolean isLast(Container container, int signal) {
        String stops = container.config().stopSignal();
        return stops == null
                || stops.isEmpty()
                || signal == stopSignal(container.config())
                || "unless-stopped".equals(container.host().restartPolicy().name());
    }

    /**
     * Announces and sends; a process that is gone already is fine. In this order, so that a caller who is told of a failure
     * finds the container as it was.
     */
    Future<Void> send(Container container, Run run, int signal) {
        return room.table()
                .announce(container, "kill", Map.of("signal", Integer.toString(signal)))
                .map(written -> {
                    Fd process = run.processPidfd();
                    if (process != null && process.isOpen()) {
                        verbs.watch.send(process, signal);
                    }
                    return null;
                });
    }

    /** Kills and waits until the end is committed. */
    Future<Void> killAndWait(Container container, Run run) {
        return send(container, run, Signals.SIGKILL)
                .compose(sent -> thaw(container))
                .compose(sent -> over(container, run));
    }

    private Future<Void> over(Container container, Run run) {
        verbs.orphans.soon(room);
        return run.over()
                .timeout(Limits.KILL_SECONDS, TimeUnit.SECONDS)
                .recover(
                        late -> Future.failedFuture(
                                WharfException.internal(
                                        "container " + container.id()
                                                + " PID " + container.pid()
                                                + " is zombie or cannot be killed: tried to kill container, but did not receive an exit event")));
    }

    /**
     * Lets the processes of a frozen container see their signal, whoever has frozen it; its state follows with their
     * end. A cgroup that cannot be thawed is most likely gone.
     */
    Future<Void> thaw(Container container) {
        if (container.status() != Status.PAUSED
                && !container.heldStill()
                && !container.definition().cgroupPath().startsWith("/")) {
            return Future.succeededFuture();
        }
        return Freezer.set(room, container, false).recover(failure -> {
            LOG.debug("cannot thaw {}: {}", container.id(), failure.getMessage());
            return Future.succeededFuture();
        });
    }

    /** Ends the wait for a restart: the container has exited. */
    Future<Void> endDelay(Container container) {
        return room.lanes().run(container.id(), () -> {
            if (container.status() != Status.RESTARTING) {
                return Future.succeededFuture();
            }
            room.vertx().cancelTimer(container.restartTimer());
            container.restartTimer(-1);
            container.stopWanted(true);
            return room.table().commit(container, container.state().in(Status.EXITED), null, tx -> {});
        });
    }

    static int number(String name) {
        String digits = name.strip();
        if (digits.matches("-?[0-9]{1,18}") && !Signals.isSupported(Long.parseLong(digits))) {
            throw WharfException.invalid("the linux daemon does not support signal " + digits);
        }
        OptionalInt number = Signals.number(name);
        if (number.isEmpty()) {
            throw WharfException.invalid("invalid signal: " + name);
        }
        return number.getAsInt();
    }

    /** The signal that asks this container to end. */
    static int stopSignal(ContainerConfig config) {
        String wanted = config.stopSignal();
        return wanted == null || wanted.isEmpty() ? Signals.SIGTERM : number(wanted);
    }
}
