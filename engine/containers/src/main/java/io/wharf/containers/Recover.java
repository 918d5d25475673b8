package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.KernelObject;
import io.wharf.base.Times;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Directories;
import io.wharf.linux.Fd;
import io.wharf.linux.ProcessIdentity;
import io.wharf.oci.Runtimes;
import io.wharf.oci.Trees;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what is committed with what is there when the engine starts: adopts what runs, ends what has ended, clears
 * what is half made. A process is known by pid, start time and boot id.
 */
final class Recover {
    /** What Docker shows for containers that ran when the machine went down. */
    static final int REBOOTED = 255;

    private static final Logger LOG = LoggerFactory.getLogger(Recover.class);

    private final Room room;
    private final Lifecycle verbs;
    /** What policies want, begun only when everything is recovered. */
    private final List<Supplier<Future<Void>>> later = new ArrayList<>();

    Recover(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
    }

    /** Completes when all containers are as their state says; {@link #startPolicies} then begins what policies want. */
    Future<Void> run() {
        List<String> all = room.containers().all().stream().map(Container::id).toList();
        Future<Runtimes> found =
                all.isEmpty() ? Future.succeededFuture() : room.host().found();
        return found.compose(ready -> room.ledger().ofKind(Leftovers.KIND))
                .compose(records -> clearHalfMade(records))
                .compose(cleared -> verbs.volumes.recover())
                .compose(released -> keep(all))
                .compose(kept -> Future.join(room.containers().all().stream().toList().stream()
                                .map(this::recover)
                                .toList())
                        .recover(failure -> {
                            LOG.error("recovery is not complete: {}", failure.toString());
                            return Future.succeededFuture();
                        }))
                .mapEmpty();
    }

    void startPolicies() {
        later.forEach(step -> step.get()
                .onFailure(failure -> LOG.warn("cannot start what its policy wants: {}", failure.toString())));
        later.clear();
    }

    /** Runs that are on record, but not in the state of a container: starts cut off, and ends not cleared. */
    private Future<Void> clearHalfMade(List<KernelObject> records) {
        Map<String, Optional<Container>> halfMade = new HashMap<>();
        for (KernelObject record : records) {
            Optional<Container> container = room.containers().find(record.key());
            if (container.isEmpty() || !container.get().status().hasProcess()) {
                halfMade.put(record.key(), container);
            }
        }
        if (halfMade.isEmpty()) {
            return Future.succeededFuture();
        }
        LOG.info("clearing {} runs that were cut off", halfMade.size());
        Map<String, String> cgroups = new HashMap<>();
        records.forEach(record -> cgroups.put(record.key(), record.detail()));
        return room.pools()
                .run(() -> new OrphanMonitors(room.layout(), room.processes()).kill(List.copyOf(halfMade.keySet())))
                .compose(killed -> Future.join(halfMade.entrySet().stream()
                        .map(entry -> entry.getValue()
                                .map(container -> verbs.leftovers.clear(container))
                                .orElseGet(() -> verbs.leftovers.clearRuntime(
                                        entry.getKey(), cgroups.getOrDefault(entry.getKey(), ""), "")))
                        .toList()))
                .recover(failure -> {
                    LOG.warn("not all that was half made could be cleared: {}", failure.toString());
                    return Future.succeededFuture();
                })
                .mapEmpty();
    }

    /** Tells the others whose things are still wanted, and drops folders of containers that are not. */
    private Future<Void> keep(List<String> all) {
        Map<String, NetworkService.KeptSandbox> running = room.containers().all().stream()
                .filter(container -> container.status().hasProcess())
                .collect(Collectors.toMap(Container::id, Recover::kept));
        return Future.join(
                        room.images().keepLayersOf(layersOf(all)),
                        room.networks().keepSandboxesOf(running).compose(this::takeOver),
                        room.volumes().keepUsesOf(all, running.keySet()),
                        room.pools().run(() -> dropFolders(all)))
                .recover(failure -> {
                    LOG.warn("not all orphans could be removed: {}", failure.toString());
                    return Future.succeededFuture();
                })
                .mapEmpty();
    }

    private static NetworkService.KeptSandbox kept(Container container) {
        Sandbox sandbox = container.sandbox();
        return new NetworkService.KeptSandbox(
                container.name(),
                sandbox == null
                        ? Set.of()
                        : sandbox.endpoints().values().stream()
                                .map(ContainerDetail.EndpointSettings::endpointId)
                                .collect(Collectors.toUnmodifiableSet()),
                sandbox == null ? Map.of() : sandbox.ports());
    }

    /** Somebody was taking them out of a network when the engine ended: they are out of it, and that was asked for. */
    private Future<Void> takeOver(Map<String, Sandbox> changed) {
        return Future.join(changed.entrySet().stream()
                        .map(entry -> takeOver(room.containers().get(entry.getKey()), entry.getValue()))
                        .toList())
                .mapEmpty();
    }

    private Future<Void> takeOver(Container container, Sandbox now) {
        Sandbox before = container.sandbox();
        if (before == null) {
            return Future.succeededFuture();
        }
        if (now.endpoints().keySet().equals(before.endpoints().keySet())) {
            return publishAsBefore(container, now);
        }
        Definition definition = container.definition();
        for (String network : before.endpoints().keySet()) {
            if (!now.endpoints().containsKey(network)) {
                definition = definition.disconnected(network);
            }
        }
        return room.table()
                .rewire(container, definition, now)
                .compose(kept -> new EndpointFiles(room).rewrite(container, before, now));
    }

    /** Somebody was changing its ports when the engine ended, and was never told that they are others. */
    private Future<Void> publishAsBefore(Container container, Sandbox now) {
        Definition definition = container.definition();
        return room.networks()
                .publish(definition.join(container.id(), container.name()))
                .recover(failure -> {
                    LOG.warn("ports of {} stay changed: {}", container.id(), failure.toString());
                    return Future.succeededFuture(now);
                })
                .compose(published -> room.table().rewire(container, definition, published));
    }

    /** Those of the containers, and of the images that are mounted into them. */
    private List<String> layersOf(List<String> all) {
        List<String> layers = new ArrayList<>(all);
        room.containers().all().forEach(container -> layers.addAll(ImageMounts.layers(container)));
        return layers;
    }

    private void dropFolders(List<String> all) throws java.io.IOException {
        if (Files.isDirectory(room.layout().containers())) {
            for (String name : Directories.names(room.layout().containers().toString())) {
                if (!all.contains(name)) {
                    Trees.delete(room.layout().container(name));
                }
            }
        }
    }

    private Future<Void> recover(Container container) {
        return switch (container.status()) {
            case RUNNING, PAUSED -> recoverRun(container);
            case RESTARTING -> {
                later.add(() -> verbs.start.again(container));
                yield Future.succeededFuture();
            }
            case REMOVING ->
                verbs.volumes
                        .areToGo(container)
                        .onSuccess(volumes -> verbs.remove.afterwards(
                                container, volumes || container.host().autoRemove()))
                        .mapEmpty();
            case EXITED -> {
                if (!container.host().autoRemove()) {
                    later.add(() -> room.streams().atRest(container));
                }
                if (container.host().autoRemove()) {
                    verbs.remove.afterwards(container, true);
                } else if (RestartDelay.wantedAtStart(
                        container.host().restartPolicy(), container.state(), container.stopWanted())) {
                    later.add(() -> verbs.start.run(container));
                }
                yield Future.succeededFuture();
            }
            case CREATED, DEAD -> Future.succeededFuture();
        };
    }

    private Future<Void> recoverRun(Container container) {
        State state = container.state();
        ProcessIdentity monitor = state.monitor();
        if (monitor == null || !monitor.bootId().equals(room.options().bootId())) {
            return end(container, new EndRun.Ending(REBOOTED, "", 0, Times.nowNanos()));
        }
        Optional<Fd> pidfd = monitor.isAlive() ? room.processes().openPidfd(monitor) : Optional.empty();
        return pidfd.isPresent() ? adopt(container, new Run(pidfd.get(), monitor)) : lost(container, monitor);
    }

    /** The monitor lives: the container has not noticed anything. */
    private Future<Void> adopt(Container container, Run run) {
        ProcessIdentity process = container.state().process();
        if (process != null) {
            room.processes().openPidfd(process).ifPresent(pidfd -> run.process(pidfd, process));
        }
        if (run.monitorPidfd() == null && run.processPidfd() == null) {
            // It ended between two looks.
            return end(container, new EndRun.Ending(EndRun.KILLED, EndRun.NO_MONITOR, 0, Times.nowNanos()));
        }
        container.run(run);
        LOG.info("adopted container {} ({})", container.id(), container.name());
        MonitorFiles files = room.files(container);
        return room.streams()
                .adopted(container, files)
                .compose(heard -> {
                    verbs.watch.begin(container, run);
                    verbs.memory.begin(container, run);
                    // What happened meanwhile is told without keeping anybody waiting.
                    verbs.memory.look(container, run);
                    return finishTransition(container, files);
                })
                .recover(failure -> {
                    LOG.warn("adopting {}: {}", container.id(), failure.toString());
                    return Future.succeededFuture();
                });
    }

    /** A crash may have come between a commit and what it stands for: the start's last step, a freeze, a thaw. */
    private Future<Void> finishTransition(Container container, MonitorFiles files) {
        return Freezer.set(room, container, container.status() == Status.PAUSED)
                .compose(set -> verbs.release.waits(container))
                .onSuccess(waits -> {
                    if (waits) {
                        // Not waited for: a runtime that hangs must not keep the engine from starting.
                        verbs.release
                                .letGo(container, files)
                                .onFailure(e -> LOG.warn("start of {}: {}", container.id(), e.getMessage()));
                    }
                })
                .mapEmpty();
    }

    /** The monitor is gone: with a last word in its exit file, or killed, and then the process may go on. */
    private Future<Void> lost(Container container, ProcessIdentity monitor) {
        return room.pools().call(() -> verbs.end.ending(container)).compose(ending -> {
            ProcessIdentity process = container.state().process();
            if (ending.unseen() && process != null && process.isAlive()) {
                LOG.warn("the monitor of {} was killed; its container goes on", container.id());
                return adopt(container, new Run(null, monitor));
            }
            return room.streams()
                    .ended(container, room.files(container))
                    .otherwiseEmpty()
                    .compose(heard -> end(container, ending));
        });
    }

    private Future<Void> end(Container container, EndRun.Ending ending) {
        LOG.info("container {} ended while the engine was away: {}", container.id(), ending.exitCode());
        return room.lanes().run(container.id(), () -> verbs.end.finish(container, ending));
    }
}
