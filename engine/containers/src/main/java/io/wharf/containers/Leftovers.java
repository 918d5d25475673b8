package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.KernelObject;
import io.wharf.linux.Commands;
import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.oci.HostMounts;
import io.wharf.oci.MountTarget;
import io.wharf.oci.OciRuntime;
import io.wharf.oci.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what a run leaves: the runtime's state and cgroups, the bundle, the monitor's files, network, volumes and
 * the mounted root. All of it bears being absent. What fails stays in the ledger for the next start.
 */
final class Leftovers {
    /** One record stands for a run's monitor, bundle, runtime state and cgroup; its detail is the cgroup's path. */
    static final String KIND = "run";

    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final Duration RUNTIME_TIME = Duration.ofSeconds(20);
    private static final int OUTPUT_BYTES = 8 << 10;
    private static final int BUSY_ROUNDS = 100;
    /** So long those who wait for an exec have time to reap it themselves. */
    private static final int OTHERS_ROUNDS = 20;

    private static final int PAUSE_MILLIS = 2;

    private final Room room;

    Leftovers(Room room) {
        this.room = room;
    }

    /** Written before the first thing of a run is made. */
    Future<Void> record(Container container) {
        return room.ledger().record(recordOf(container));
    }

    static KernelObject recordOf(Container container) {
        return new KernelObject(
                KIND, container.id(), container.id(), container.definition().cgroupPath());
    }

    /** Clears everything of a run whose processes have ended; never fails. */
    Future<Void> clear(Container container) {
        return Future.join(
                        release(container), unmountRoot(container), calm(container, "runtime", clearRuntime(container)))
                .mapEmpty();
    }

    /** What others may be waiting for: network and volumes. Never fails. */
    Future<Void> release(Container container) {
        List<Future<Void>> parts = new ArrayList<>();
        parts.add(calm(container, "network", room.networks().leave(container.id())));
        for (MountTarget target : container.definition().mounts().targets()) {
            if (target.isVolume()) {
                parts.add(calm(container, "volume", room.volumes().unmount(target.name(), container.id())));
            }
        }
        if (!ImageMounts.layers(container).isEmpty()) {
            parts.add(calm(container, "image", new ImageMounts(room).unmount(container)));
        }
        return Future.join(parts).mapEmpty();
    }

    /** Never fails. */
    Future<Void> unmountRoot(Container container) {
        return calm(container, "root", room.images().unmountRoot(container.id()));
    }

    /** The runtime's and the monitor's part alone, then its record. */
    Future<Void> clearRuntime(Container container) {
        return clearRuntime(
                container.id(),
                container.definition().cgroupPath(),
                container.host().runtime(),
                // Devices may have brought hooks for the end, which the runtime calls.
                !container.host().deviceRequests().isEmpty());
    }

    /** The same of a container of which only the record is left. */
    Future<Void> clearRuntime(String id, String cgroup, @Nullable String runtime) {
        return clearRuntime(id, cgroup, runtime, false);
    }

    private Future<Void> clearRuntime(String id, String cgroup, @Nullable String runtime, boolean hooks) {
        return room.pools()
                .runUrgently(
                        () -> clearRuntimeNow(id, cgroup, runtime, hooks, MonitorFiles.ofContainer(room.layout(), id)))
                .compose(done -> room.ledger().strike(KIND, id));
    }

    private void clearRuntimeNow(String id, String cgroup, @Nullable String name, boolean hooks, MonitorFiles files)
            throws IOException, InterruptedException {
        OciRuntime runtime = runtimeOf(name);
        Path state = room.layout().runtimeState().resolve(id);
        boolean ours = runtime == null || isKnown(runtime);
        if (runtime != null && (!ours || hooks) && Files.exists(state)) {
            Commands.run(
                    runtime.spawn(runtime.argv(List.of("delete", "--force", id))),
                    new byte[0],
                    RUNTIME_TIME,
                    OUTPUT_BYTES);
        }
        if (cgroup.startsWith("/")) {
            removeCgroup(cgroup);
        }
        Trees.delete(state);
        HostMounts.unmountAll(files.bundle());
        Trees.delete(files.bundle());
        Trees.delete(files.scratch());
        Files.deleteIfExists(files.exitFile());
    }

    private @Nullable OciRuntime runtimeOf(@Nullable String name) {
        try {
            return room.host().runtimes().named(name);
        } catch (RuntimeException e) {
            // Not installed any more: what it left are a folder and a cgroup all the same.
            LOG.debug("runtime {} is gone: {}", name, e.getMessage());
            return null;
        }
    }

    /** Runtimes whose whole trace is a state folder and a cgroup; systemd's scopes are the runtime's to end. */
    private static boolean isKnown(OciRuntime runtime) {
        String program = runtime.program().getFileName().toString();
        return !runtime.systemdCgroup() && (program.equals("runc") || program.equals("crun"));
    }

    /** Kills what is left in the cgroup, as with a pid namespace of the host, and removes it in every hierarchy. */
    private void removeCgroup(String path) throws InterruptedException {
        for (int round = 0; ; round++) {
            try {
                room.cgroups().remove(path);
                return;
            } catch (LinuxException e) {
                if (!e.is(Errno.EBUSY) || round == BUSY_ROUNDS) {
                    throw e;
                }
                room.cgroups().killAll(path);
                if (round > OTHERS_ROUNDS) {
                    // Zombies keep a cgroup busy, and those of a killed monitor have come to us.
                    room.cgroups().pids(path).forEach(pid -> ReapOrphans.reap(room.processes(), pid));
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static Future<Void> calm(Container container, String what, Future<Void> part) {
        return part.recover(failure -> {
            LOG.warn("{} of container {} is left: {}", what, container.id(), failure.toString());
            return Future.succeededFuture();
        });
    }
}
