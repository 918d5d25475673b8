package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.KernelObject;
import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.oci.HostMounts;
import io.wharf.oci.MountTarget;
import io.wharf.oci.OciRuntime;
import io.wharf.oci.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    /** Longer than a kill takes; what hangs in the kernel is left for later, for others need the thread. */
    private static final long BUSY_NANOS = 1_500_000_000L;

    private static final long FIRST_RETRY_MILLIS = 1000;
    private static final long LAST_RETRY_MILLIS = 60_000;
    /** So long those who wait for an exec have time to reap it themselves. */
    private static final int OTHERS_ROUNDS = 20;

    private static final int PAUSE_MILLIS = 2;

    private final Room room;
    private final RuntimeCommand commands;
    /** Runs of which something could not be cleared yet. */
    private final Set<String> uncleared = new HashSet<>();

    Leftovers(Room room) {
        this.room = room;
        this.commands = new RuntimeCommand(room);
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

    /**
     * What a run leaves with runtime and monitor.
     *
     * @param runtime its name; null for the default
     * @param hooks devices may have brought some for the end, which the runtime calls
     */
    private record Traces(
            String id, String cgroup, @Nullable String runtime, boolean hooks) {}

    /** The runtime's and the monitor's part alone, then its record; tried again later where something is still busy. */
    Future<Void> clearRuntime(Container container) {
        return clear(tracesOf(container), FIRST_RETRY_MILLIS);
    }

    /** The same of a container of which only the record is left. */
    Future<Void> clearRuntime(String id, String cgroup, @Nullable String runtime) {
        return clear(new Traces(id, cgroup, runtime, false), FIRST_RETRY_MILLIS);
    }

    /** Before a start: clears what could not be at the end of the last run. Never fails. */
    Future<Void> clearEarlier(Container container) {
        return uncleared.contains(container.id())
                ? calm(container, "runtime", clear(tracesOf(container), FIRST_RETRY_MILLIS))
                : Future.succeededFuture();
    }

    private static Traces tracesOf(Container container) {
        return new Traces(
                container.id(),
                container.definition().cgroupPath(),
                container.host().runtime(),
                !container.host().deviceRequests().isEmpty());
    }

    private Future<Void> clear(Traces traces, long retryMillis) {
        String id = traces.id();
        MonitorFiles files = MonitorFiles.ofContainer(room.layout(), id);
        OciRuntime runtime = runtimeOf(traces.runtime());
        boolean ours = runtime == null || isKnown(runtime);
        Future<Void> deleted = runtime == null || (ours && !traces.hooks())
                ? Future.succeededFuture()
                : deleteByRuntime(runtime, id, files);
        return deleted.compose(done -> room.pools().runUrgently(() -> clearNow(id, traces.cgroup(), files)))
                .compose(done -> ours ? Future.succeededFuture() : room.ledger().strike(ReleaseProcess.KIND, id))
                .compose(done -> room.ledger().strike(KIND, id))
                .onSuccess(done -> uncleared.remove(id))
                .onFailure(failure -> {
                    uncleared.add(id);
                    room.vertx().setTimer(retryMillis, due -> clearAgain(traces, retryMillis));
                });
    }

    /** What hangs in the kernel goes some day; unless the container runs again, and then its next end clears it. */
    private void clearAgain(Traces traces, long retryMillis) {
        String id = traces.id();
        Container container = room.containers().byId(id);
        boolean inUse = container != null && (container.run() != null || container.starting());
        if (!inUse && uncleared.contains(id)) {
            Future<Void> cleared = clear(traces, Math.min(retryMillis * 2, LAST_RETRY_MILLIS))
                    .onSuccess(done -> LOG.info("what was left of the run of {} is cleared", id))
                    .onFailure(failure -> LOG.debug("the run of {} is still there: {}", id, failure.toString()));
            if (container != null) {
                // A start that comes meanwhile waits, else what it makes would be taken for what was left.
                container.cleared(Future.join(container.cleared(), cleared.otherwiseEmpty())
                        .mapEmpty());
            }
        }
    }

    /** A runtime that fails or hangs at it costs a warning: what it would do is done after it as far as possible. */
    private Future<Void> deleteByRuntime(OciRuntime runtime, String id, MonitorFiles files) {
        return room.pools()
                .call(() -> Files.exists(room.layout().runtimeState().resolve(id)))
                .compose(there -> there
                        ? commands.run(runtime, files.scratch(), List.of("delete", "--force", id))
                        : Future.succeededFuture())
                .recover(failure -> {
                    LOG.warn("runtime {} cannot delete {}: {}", runtime.name(), id, failure.getMessage());
                    return Future.succeededFuture();
                });
    }

    private void clearNow(String id, String cgroup, MonitorFiles files) throws IOException, InterruptedException {
        FailurePoint.reach("clear");
        if (cgroup.startsWith("/")) {
            removeCgroup(cgroup);
        }
        FailurePoint.reach("clear files");
        Trees.delete(room.layout().runtimeState().resolve(id));
        HostMounts.unmountAll(files.bundle());
        Trees.delete(files.bundle());
        Trees.delete(files.scratch());
        if (!Files.deleteIfExists(files.exitFile())) {
            files.deleteHalfExit();
        }
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

    /** Whose whole trace is a state folder and a cgroup; systemd's scopes are the runtime's to end. */
    private static boolean isKnown(OciRuntime runtime) {
        return !runtime.systemdCgroup() && ReleaseProcess.isKnown(runtime);
    }

    /** Kills what is left in the cgroup, as with a pid namespace of the host, and removes it in every hierarchy. */
    private void removeCgroup(String path) throws InterruptedException {
        long deadline = System.nanoTime() + BUSY_NANOS;
        for (int round = 0; ; round++) {
            try {
                room.cgroups().remove(path);
                return;
            } catch (LinuxException e) {
                if (!e.is(Errno.EBUSY) || System.nanoTime() > deadline) {
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
