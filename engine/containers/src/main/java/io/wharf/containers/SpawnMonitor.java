package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.linux.Child;
import io.wharf.linux.Descriptors;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.ProcessIdentity;
import io.wharf.linux.Readiness;
import io.wharf.linux.Signals;
import io.wharf.linux.Spawn;
import io.wharf.oci.CgroupPaths;
import io.wharf.oci.OciRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a container's conmon, which has the runtime create the container, and reads what it says on the sync pipe.
 *
 * <p>With {@code --sync} conmon forks no more: the child that we spawn is the monitor, so its pid is known at once and
 * its end cannot be missed. It goes on when the engine dies, for nothing ties it to us but being our child.
 */
final class SpawnMonitor {
    /** Where the child finds the sync pipe; 0 to 2 are its standard streams. */
    private static final int SYNC = 3;

    private static final int MESSAGE_BYTES = 32 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(SpawnMonitor.class);

    private final Room room;

    SpawnMonitor(Room room) {
        this.room = room;
    }

    /**
     * A monitor that has been started.
     *
     * @param sync where it will say the pid of the container, or why there is none
     */
    record Started(Fd pidfd, ProcessIdentity identity, Descriptors.Pipe sync) {}

    /** Spawns, on a thread that may block; {@link #await} then listens. */
    Started spawn(Container container, MonitorFiles files) throws IOException {
        Files.createDirectories(files.scratch());
        Files.createDirectories(files.exits());
        Files.deleteIfExists(files.exitFile());
        Files.deleteIfExists(files.runtimeLog());
        Files.deleteIfExists(files.outOfMemory());
        Files.deleteIfExists(files.attachSocket());
        String parent = CgroupPaths.above(container.definition().cgroupPath());
        if (!parent.isEmpty()) {
            room.cgroups().openCpuset(parent);
        }
        OciRuntime runtime = room.host().runtimes().named(container.host().runtime());
        Descriptors.Pipe pipe = Descriptors.pipe();
        try (Fd log = Entries.open(
                files.scratch().resolve("monitor.log").toString(),
                OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC,
                0600)) {
            Spawn.Builder spawn = Spawn.of(room.host().conmon())
                    .arguments(arguments(container, files, runtime))
                    .environment(OciRuntime.environment())
                    .environment("_OCI_SYNCPIPE", Integer.toString(SYNC))
                    .directory(files.scratch().toString())
                    .descriptor(log, 2)
                    .descriptor(pipe.write(), SYNC)
                    .newSession();
            Child child = room.processes().spawn(spawn.build());
            // Not reaped yet, so the pid is still its own even if it has ended.
            ProcessIdentity identity = ProcessIdentity.of(child.pid()).orElseThrow();
            return new Started(child.pidfd(), identity, pipe);
        } catch (RuntimeException e) {
            pipe.close();
            throw e;
        } finally {
            pipe.write().close();
        }
    }

    private static List<String> arguments(Container container, MonitorFiles files, OciRuntime runtime) {
        var arguments = new java.util.ArrayList<String>(List.of(
                "--sync",
                "--full-attach",
                "--no-sync-log",
                "--cid",
                container.id(),
                "--cuuid",
                container.id(),
                "--name",
                container.name(),
                "--runtime",
                runtime.executable(),
                "--bundle",
                files.bundle().toString(),
                "--container-pidfile",
                files.pidFile().toString(),
                "--exit-dir",
                files.exits().toString(),
                "--log-path",
                "k8s-file:" + files.spool()));
        if (container.config().tty()) {
            arguments.add("--terminal");
        }
        if (container.config().openStdin()) {
            arguments.add("--stdin");
            // A terminal has no half to be closed: a client that leaves one must be able to come back.
            if (!container.config().stdinOnce() || container.config().tty()) {
                arguments.add("--leave-stdin-open");
            }
        }
        if (runtime.systemdCgroup()) {
            arguments.add("--systemd-cgroup");
        }
        for (String argument : runtime.globalArguments()) {
            if (!argument.equals("--systemd-cgroup")) {
                arguments.add("--runtime-arg=" + argument);
            }
        }
        arguments.add("--runtime-arg=--log=" + files.runtimeLog());
        arguments.add("--runtime-arg=--log-format=json");
        return arguments;
    }

    /** The monitor with the runtime in its group. */
    private void kill(ProcessIdentity monitor) {
        try {
            if (monitor.exists()) {
                room.processes().kill(-monitor.pid(), Signals.SIGKILL);
            }
        } catch (LinuxException e) {
            LOG.debug("monitor {} has ended: {}", monitor.pid(), e.getMessage());
        }
    }

    /** Listens on the sync pipe until the monitor has spoken or ended, or its time is over. */
    Future<SyncMessage> await(Started started) {
        Fd pipe = started.sync().read();
        Descriptors.nonBlocking(pipe, true);
        Promise<SyncMessage> promise = Promise.promise();
        StringBuilder text = new StringBuilder();
        byte[] chunk = new byte[MESSAGE_BYTES];
        Readiness[] watch = new Readiness[1];
        long timer = room.vertx().setTimer((long) Limits.RUNTIME_SECONDS * 1000, late -> {
            if (promise.tryComplete(new SyncMessage(-1, RuntimeCommand.tooLong("the runtime's create")))) {
                kill(started.identity());
                watch[0].cancel(pipe::close);
            }
        });
        watch[0] = Readiness.watch(room.loop(), pipe, () -> {
            while (pipe.isOpen()) {
                int count = pipe.read(chunk, 0, chunk.length);
                if (count < 0) {
                    return;
                }
                text.append(new String(chunk, 0, count, StandardCharsets.UTF_8));
                if (count == 0 || text.indexOf("\n") >= 0) {
                    watch[0].cancel(pipe::close);
                    room.context().runOnContext(said -> {
                        room.vertx().cancelTimer(timer);
                        promise.tryComplete(SyncMessage.parse(text.toString()));
                    });
                    return;
                }
            }
        });
        return promise.future();
    }
}
