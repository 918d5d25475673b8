package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.KernelObject;
import io.wharf.contracts.ExecService.ExecStart;
import io.wharf.linux.Child;
import io.wharf.linux.Descriptors;
import io.wharf.linux.Fd;
import io.wharf.linux.ProcessExit;
import io.wharf.linux.ProcessIdentity;
import io.wharf.linux.Spawn;
import io.wharf.oci.OciRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an exec that nobody listens to, under a conmon of its own: it outlives the engine, which finds it and its exit
 * code again.
 */
final class ExecDetached {
    private static final Logger LOG = LoggerFactory.getLogger(ExecDetached.class);
    private static final int SYNC = 3;

    private final Room room;
    private final ExecEvents events;
    private final SpawnMonitor monitors;

    ExecDetached(Room room, ExecEvents events) {
        this.room = room;
        this.events = events;
        this.monitors = new SpawnMonitor(room);
    }

    Future<Void> run(Exec exec, ExecStart options, ExecFolder folder) {
        return record(exec, null)
                .compose(recorded -> room.pools().call(() -> spawn(exec, folder, exec.consoleSize(options))))
                .compose(started -> monitors.await(started)
                        .compose(said -> said.failed()
                                ? Future.failedFuture(refused(started, said))
                                : runs(exec, folder, started, said.number())))
                .recover(failure -> forget(exec, folder).transform(done -> Future.failedFuture(failure)));
    }

    private Future<Void> runs(Exec exec, ExecFolder folder, SpawnMonitor.Started started, int pid) {
        exec.runs(pid, console(exec, folder));
        events.started(exec);
        return record(exec, started.identity())
                .onComplete(recorded -> watch(exec, folder, started.pidfd(), started.identity()));
    }

    private RuntimeException refused(SpawnMonitor.Started started, SyncMessage said) {
        // The monitor ends after its last word; somebody has to take its exit status.
        ProcessExit.watch(
                room.loop(),
                room.processes(),
                started.pidfd(),
                status -> started.pidfd().close());
        return ExecFailure.ofRuntime(said.message()).asException();
    }

    private static Exec.@Nullable Console console(Exec exec, ExecFolder folder) {
        return exec.config().tty()
                ? (height, width) -> ConsoleResize.write(folder.files().control(), height, width)
                : null;
    }

    private SpawnMonitor.Started spawn(Exec exec, ExecFolder folder, List<Integer> size) throws IOException {
        folder.make(room, exec, size);
        MonitorFiles files = folder.files();
        Files.createDirectories(files.exits());
        Descriptors.Pipe pipe = Descriptors.pipe();
        try {
            Spawn.Builder spawn = Spawn.of(room.host().conmon())
                    .arguments(arguments(exec, folder))
                    .environment(OciRuntime.environment())
                    .environment("_OCI_SYNCPIPE", Integer.toString(SYNC))
                    .directory(folder.path().toString())
                    .descriptor(pipe.write(), SYNC)
                    .newSession();
            Child child = room.processes().spawn(spawn.build());
            ProcessIdentity identity = ProcessIdentity.of(child.pid()).orElseThrow();
            return new SpawnMonitor.Started(child.pidfd(), identity, pipe);
        } catch (RuntimeException e) {
            pipe.close();
            throw e;
        } finally {
            pipe.write().close();
        }
    }

    private List<String> arguments(Exec exec, ExecFolder folder) {
        MonitorFiles files = folder.files();
        Container container = exec.container();
        OciRuntime runtime = room.host().runtimes().named(container.host().runtime());
        List<String> arguments = new ArrayList<>(List.of(
                // With version 1 the pid comes first; before, only the exit code would come, at the end.
                "--api-version=1",
                "--sync",
                "--exec",
                "--full-attach",
                "--no-sync-log",
                "--exec-process-spec=" + folder.process(),
                "--cid=" + container.id(),
                "--cuuid=" + exec.id(),
                "--runtime=" + runtime.executable(),
                "--bundle=" + files.bundle(),
                "--container-pidfile=" + files.pidFile(),
                "--exit-dir=" + files.exits(),
                "--log-path=none"));
        if (exec.config().tty()) {
            arguments.add("--terminal");
        }
        for (String argument : runtime.globalArguments()) {
            arguments.add("--runtime-arg=" + argument);
        }
        arguments.add("--runtime-arg=--log=" + files.runtimeLog());
        arguments.add("--runtime-arg=--log-format=json");
        return arguments;
    }

    private void watch(Exec exec, ExecFolder folder, Fd pidfd, ProcessIdentity monitor) {
        ProcessExit.watch(room.loop(), room.processes(), pidfd, status -> {
            pidfd.close();
            room.context().runOnContext(ended -> ended(exec, folder, monitor));
        });
    }

    private Future<Void> ended(Exec exec, ExecFolder folder, ProcessIdentity monitor) {
        return room.pools()
                .call(() -> exitCode(folder).orElse(ExecEvents.UNKNOWN))
                .otherwise(ExecEvents.UNKNOWN)
                .compose(code -> {
                    events.ended(exec, code);
                    return record(exec, monitor);
                })
                .onFailure(e -> LOG.warn("the end of exec {} is not recorded: {}", exec.id(), e.toString()));
    }

    private static Optional<Integer> exitCode(ExecFolder folder) throws IOException {
        try {
            return Optional.of(
                    Integer.parseInt(Files.readString(folder.files().exitFile()).strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Takes up an exec that an earlier life of the engine has started. */
    Future<Void> adopt(Exec exec, ExecFolder folder, ExecRecord known) {
        ProcessIdentity monitor = known.monitor();
        if (known.exitCode() != null) {
            exec.exits(known.exitCode());
            return Future.succeededFuture();
        }
        return monitor == null ? findMonitor(exec, folder) : adopt(exec, folder, monitor, known.pid());
    }

    private Future<Void> adopt(Exec exec, ExecFolder folder, ProcessIdentity monitor, int pid) {
        exec.runs(pid, console(exec, folder));
        Optional<Fd> pidfd = monitor.isAlive() ? room.processes().openPidfd(monitor) : Optional.empty();
        if (pidfd.isEmpty()) {
            return ended(exec, folder, monitor);
        }
        watch(exec, folder, pidfd.get(), monitor);
        return Future.succeededFuture();
    }

    /** The engine died before it could write down whom it had started: by its command line the monitor is found. */
    private Future<Void> findMonitor(Exec exec, ExecFolder folder) {
        return room.pools()
                .call(() -> OrphanMonitors.find("--bundle=" + folder.files().bundle()))
                .compose(found -> {
                    if (found.isEmpty()) {
                        exec.exits(ExecEvents.UNKNOWN);
                        return forget(exec, folder);
                    }
                    ProcessIdentity monitor = found.get();
                    return room.pools()
                            .call(folder::pid)
                            .otherwise(0)
                            .compose(
                                    pid -> adopt(exec, folder, monitor, pid).compose(adopted -> record(exec, monitor)));
                });
    }

    private Future<Void> record(Exec exec, @Nullable ProcessIdentity monitor) {
        ExecRecord detail = new ExecRecord(exec.config(), monitor, exec.pid(), true, exec.exitCode());
        return room.ledger()
                .record(new KernelObject(
                        ExecRecord.KIND, exec.id(), exec.container().id(), Json.write(detail)));
    }

    /** Nobody will ask any more. */
    Future<Void> forget(Exec exec, ExecFolder folder) {
        return ExecCommands.forget(room, folder, exec.id());
    }
}
