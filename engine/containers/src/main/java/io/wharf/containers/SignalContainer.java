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

/** Signals a container's first process by its handle, outside of any lane; {@code kill} as clients know it. */
final class SignalContainer {
    private static final int KILL_SECONDS = 10;

    private final Room room;
    private final Lifecycle verbs;

    SignalContainer(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /** The kill verb: SIGKILL, where none is named, and that waits for the end. */
    Future<Void> kill(String ref, @Nullable String name) {
        Container container = room.containers().get(ref);
        int signal = name == null || name.isEmpty() ? Signals.SIGKILL : number(name);
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
            return Future.failedFuture(WharfException.conflict(
                    "cannot kill container: " + ref + ": container " + container.id() + " is not running"));
        }
        boolean lastWord = deadly || signal == stopSignal(container.config());
        Future<Void> intent =
                lastWord && !container.restartingByHand() ? room.table().wantStop(container) : Future.succeededFuture();
        return intent.compose(written -> send(container, run, signal)).compose(sent -> {
            if (lastWord && container.status() == Status.PAUSED) {
                return thaw(container).compose(thawed -> deadly ? over(container, run) : Future.succeededFuture());
            }
            return deadly ? over(container, run) : Future.succeededFuture();
        });
    }

    /** Sends and announces; a process that is gone already is fine. */
    Future<Void> send(Container container, Run run, int signal) {
        Fd process = run.processPidfd();
        if (process != null && process.isOpen()) {
            verbs.watch.send(process, signal);
        }
        return room.table().announce(container, "kill", Map.of("signal", Integer.toString(signal)));
    }

    /** Kills and waits until the end is committed. */
    Future<Void> killAndWait(Container container, Run run) {
        return send(container, run, Signals.SIGKILL)
                .compose(sent -> container.status() == Status.PAUSED ? thaw(container) : Future.succeededFuture())
                .compose(sent -> over(container, run));
    }

    private Future<Void> over(Container container, Run run) {
        verbs.orphans.soon(room);
        return run.over()
                .timeout(KILL_SECONDS, TimeUnit.SECONDS)
                .recover(late -> Future.failedFuture(WharfException.internal("cannot kill container " + container.id()
                        + ": tried to kill container, but did not receive an exit event")));
    }

    /** Lets the processes of a frozen container see their signal; its state follows with their end. */
    Future<Void> thaw(Container container) {
        return room.pools().runUrgently(() -> Freezer.set(room, container, false));
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
