package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.contracts.ContainerService.Attached;
import io.wharf.contracts.Duplex;
import io.wharf.contracts.ExecService.ExecConfig;
import io.wharf.contracts.ExecService.ExecStart;
import io.wharf.linux.Child;
import io.wharf.linux.Descriptors;
import io.wharf.linux.ExitStatus;
import io.wharf.linux.Fd;
import io.wharf.linux.FdWriter;
import io.wharf.linux.KillTree;
import io.wharf.linux.ProcessExit;
import io.wharf.linux.Pty;
import io.wharf.linux.Spawn;
import io.wharf.oci.OciRuntime;
import io.wharf.streams.StdFrames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts an exec for a client that listens: the runtime gives the process our pipes, or us its terminal, and is gone; no
 * process copies in between. The process becomes our child when the runtime ends, for the engine is a subreaper.
 */
final class ExecAttached {

    private static final int CONSOLE_SECONDS = 10;

    private final Room room;
    private final ExecEvents events;
    private final RuntimeCommand commands;

    ExecAttached(Room room, ExecEvents events) {
        this.room = room;
        this.events = events;
        this.commands = new RuntimeCommand(room);
    }

    /** Our ends of what the process reads and writes, and for a while the process's own. */
    private static final class Parts {
        private final List<Fd> childs = new ArrayList<>();
        private @Nullable Fd stdin;
        private @Nullable Fd stdout;
        private @Nullable Fd stderr;
        private @Nullable ExecConsole console;
        private @Nullable ExecScratch scratch;

        ExecScratch scratch() {
            return Objects.requireNonNull(scratch);
        }

        void closeScratch() {
            if (scratch != null) {
                scratch.close();
            }
        }

        void close() {
            closeChilds();
            for (Fd ours : new @Nullable Fd[] {stdin, stdout, stderr}) {
                if (ours != null) {
                    ours.close();
                }
            }
            if (console != null) {
                console.close();
            }
        }

        void closeChilds() {
            childs.forEach(Fd::close);
            childs.clear();
        }
    }

    Future<Attached> run(Exec exec, ExecStart options) {
        Parts parts = new Parts();
        StepTimes times = new StepTimes("exec");
        List<Integer> size = exec.consoleSize(options);
        return ExecProcess.at(room, exec, size)
                .compose(json -> room.pools().call(() -> spawn(exec, json, parts)))
                .compose(child -> {
                    times.step("spawn");
                    return commands.ended(child, "the runtime's exec");
                })
                .recover(failure -> Future.failedFuture(
                        failure instanceof RuntimeCommand.Failed
                                ? ExecFailure.ofRuntime(String.valueOf(failure.getMessage()))
                                        .asException()
                                : failure))
                .onSuccess(status -> times.step("runtime"))
                .compose(status ->
                        status.success() ? Future.succeededFuture() : Future.failedFuture(refused(parts, status)))
                .compose(started -> terminal(parts))
                .map(terminal -> connect(exec, options, parts, terminal))
                .onSuccess(connected -> {
                    times.step("connect");
                    times.done(exec.id());
                })
                .onFailure(failure -> parts.close())
                .onComplete(done -> room.pools().run(parts::closeScratch));
    }

    private Child spawn(Exec exec, byte[] json, Parts parts) {
        Container container = exec.container();
        ExecConfig config = exec.config();
        ExecScratch scratch = ExecScratch.make(room.layout().execs(), exec.id(), json);
        parts.scratch = scratch;
        OciRuntime runtime = room.host().runtimes().named(container.host().runtime());
        List<String> options = new ArrayList<>(
                List.of("--detach", "--pid-file", scratch.pidFile().toString()));
        if (config.tty()) {
            options.addAll(List.of("--console-socket", scratch.consoleName()));
            parts.console = ExecConsole.listen(room.context(), room.loop(), scratch.console());
        }
        Spawn.Builder spawn = runtime.spawn(runtime.exec(
                        container.id(),
                        Path.of("/proc/self/fd/" + ExecScratch.PROCESS),
                        Path.of("/proc/self/fd/" + ExecScratch.COMPLAINTS),
                        options))
                .descriptor(scratch.process(), ExecScratch.PROCESS)
                .descriptor(scratch.log(), ExecScratch.COMPLAINTS)
                .directory(scratch.folder().toString())
                .newSession();
        if (!config.tty()) {
            if (config.attachStdin()) {
                Descriptors.Pipe pipe = Descriptors.pipe();
                parts.stdin = pipe.write();
                spawn.descriptor(childs(parts, pipe.read()), 0);
            }
            if (config.attachStdout()) {
                Descriptors.Pipe pipe = Descriptors.pipe();
                parts.stdout = pipe.read();
                spawn.descriptor(childs(parts, pipe.write()), 1);
            }
            if (config.attachStderr()) {
                Descriptors.Pipe pipe = Descriptors.pipe();
                parts.stderr = pipe.read();
                spawn.descriptor(childs(parts, pipe.write()), 2);
            }
        }
        Child child = room.processes().spawn(spawn.build());
        parts.closeChilds();
        return child;
    }

    private static Fd childs(Parts parts, Fd end) {
        parts.childs.add(end);
        return end;
    }

    private static RuntimeException refused(Parts parts, ExitStatus status) {
        try {
            return ExecFailure.ofRuntime(parts.scratch().complaint("the runtime ended with " + status))
                    .asException();
        } catch (IOException e) {
            return ExecFailure.of(e).asException();
        }
    }

    private static Future<@Nullable Fd> terminal(Parts parts) {
        ExecConsole console = parts.console;
        if (console == null) {
            return Future.succeededFuture();
        }
        // The runtime sends it before it ends, but over another descriptor than its end.
        return console.master()
                .timeout(CONSOLE_SECONDS, TimeUnit.SECONDS)
                .<@Nullable Fd>map(terminal -> terminal)
                .onComplete(done -> console.close());
    }

    private Attached connect(Exec exec, ExecStart options, Parts parts, @Nullable Fd terminal) {
        int pid;
        Fd pidfd;
        try {
            pid = parts.scratch().pid();
            // Ours since the runtime's end, and not reaped: nobody else can have the number.
            pidfd = room.processes().openPidfd(pid);
        } catch (IOException e) {
            throw ExecFailure.of(e).asException();
        }
        ExecOutput output = new ExecOutput(room.vertx(), room.loop(), !options.tty());
        FdWriter writer = null;
        Fd sizes = null;
        if (terminal != null) {
            writer = FdWriter.of(room.loop(), terminal.duplicate());
            sizes = terminal.duplicate();
            output.read(terminal, StdFrames.STDOUT);
        } else {
            if (parts.stdin != null) {
                writer = FdWriter.of(room.loop(), parts.stdin);
            }
            if (parts.stdout != null) {
                output.read(parts.stdout, StdFrames.STDOUT);
            }
            if (parts.stderr != null) {
                output.read(parts.stderr, StdFrames.STDERR);
            }
        }
        exec.runs(pid, sizes == null ? null : console(sizes));
        // Closed when it is reaped: until then the number is its own.
        exec.killedBy(() -> {
            if (pidfd.isOpen()) {
                KillTree.run(room.processes(), pid);
            }
        });
        if (exec.discarded()) {
            exec.discard();
        }
        events.started(exec);
        ConsoleInput input = input(exec, output, writer);
        watch(exec, pidfd, output, writer, sizes);
        AttachClient client = new AttachClient(output.bytes(), input, input::end);
        return new Attached(room.handles().<Duplex>offer(client, client::close), options.tty());
    }

    private static Exec.Console console(Fd terminal) {
        return (height, width) -> Pty.resize(terminal, new Pty.Size(height, width));
    }

    private ConsoleInput input(Exec exec, ExecOutput output, @Nullable FdWriter writer) {
        boolean tty = exec.config().tty();
        ConsoleInput input = new ConsoleInput(
                tty ? exec.keys().filter() : null,
                () -> {
                    output.drop();
                    room.context().runOnContext(left -> events.detached(exec));
                },
                () -> {
                    // A terminal has no half that could be closed.
                    if (writer != null && !tty) {
                        writer.end();
                    }
                });
        if (writer == null || !exec.config().attachStdin()) {
            return input.discarding();
        }
        writer.drainHandler(input::drained);
        input.connect(writer);
        return input;
    }

    private void watch(Exec exec, Fd pidfd, ExecOutput output, @Nullable FdWriter writer, @Nullable Fd sizes) {
        ProcessExit.watch(room.loop(), room.processes(), pidfd, status -> {
            pidfd.close();
            if (writer != null) {
                writer.close();
            }
            if (sizes != null) {
                sizes.close();
            }
            room.context().runOnContext(ended -> {
                events.ended(exec, status.map(ExitStatus::number).orElse(ExecEvents.UNKNOWN));
                output.processEnded();
            });
        });
    }
}
