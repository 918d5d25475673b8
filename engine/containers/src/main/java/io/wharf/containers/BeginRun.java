package io.wharf.containers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ImageService.MountedRoot;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.ProcessIdentity;
import io.wharf.oci.AppliedDns;
import io.wharf.oci.EtcFiles;
import io.wharf.oci.HostMounts;
import io.wharf.oci.MountPlan;
import io.wharf.oci.MountTarget;
import io.wharf.oci.OciRuntime;
import io.wharf.oci.RootFiles;
import io.wharf.oci.SpecInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins a run: prepares root, network and volumes side by side, writes the bundle, has the monitor and the runtime
 * create the container, lets the streams attach, and lets it go while the new state is being committed.
 *
 * <p>What stands in the kernel at a crash between two steps is found in the ledger and taken away at the next start.
 */
final class BeginRun {
    private static final Logger LOG = LoggerFactory.getLogger(BeginRun.class);
    private static final String OTHER = "container:";

    private final Room room;
    private final Lifecycle verbs;
    private final SpawnMonitor monitors;

    BeginRun(Room room, Lifecycle verbs) {
        this.room = room;
        this.verbs = verbs;
        this.monitors = new SpawnMonitor(room);
    }

    /** What the bundle is made from, as far as others have to answer for it. */
    private record Parts(MountedRoot root, Sandbox sandbox, MountPlan mounts) {}

    /**
     * Inside the container's lane; a failure leaves nothing behind.
     *
     * @param restarts how often a policy has started it
     */
    Future<Void> run(Container container, int restarts) {
        StepTimes times = new StepTimes("start");
        Undo undo = new Undo();
        container.starting(true);
        return container
                .cleared()
                .compose(cleared -> verbs.leftovers.clearEarlier(container))
                .compose(cleared -> undo.guard(steps(container, restarts, undo, times)))
                // Whatever it came to in the end: that its monitor was killed is nobody's failure.
                .recover(failure -> Future.failedFuture(container.startAborted() ? aborted(container) : failure))
                .onSuccess(done -> times.done(container.id()))
                .onSuccess(done -> new Links(room.containers())
                        .readdress(room, container)
                        .onFailure(failure -> LOG.warn("links to {}: {}", container.id(), failure.toString())))
                .onComplete(done -> container.starting(false));
    }

    private Future<Void> steps(Container container, int restarts, Undo undo, StepTimes times) {
        MonitorFiles files = room.files(container);
        undo.push("streams of " + container.id(), () -> room.streams().ended(container, files));
        undo.push("what the start of " + container.id() + " made", () -> verbs.leftovers.clear(container));
        return prepare(container)
                .compose(parts -> {
                    times.step("prepare");
                    FailurePoint.reach("start prepare");
                    refuseIfAborted(container);
                    return create(container, files, parts, undo, times)
                            .compose(run -> {
                                times.step("create");
                                FailurePoint.reach("start create");
                                return room.streams().prepared(container, files).map(run);
                            })
                            .compose(run -> {
                                times.step("attach");
                                FailurePoint.reach("start attach");
                                refuseIfAborted(container);
                                return release(container, run, parts.sandbox(), restarts, files);
                            });
                })
                .onSuccess(done -> times.step("start"));
    }

    private static void refuseIfAborted(Container container) {
        if (container.startAborted()) {
            throw aborted(container);
        }
    }

    private static WharfException aborted(Container container) {
        return WharfException.conflict("container " + container.id() + " was stopped while it started");
    }

    /** Root, network and volumes side by side; a volume that takes over the image's files waits for the root. */
    private Future<Parts> prepare(Container container) {
        Definition definition = container.definition();
        String mode = container.host().networkMode();
        if (mode.startsWith(OTHER)
                && room.containers().find(mode.substring(OTHER.length())).isEmpty()) {
            return Future.failedFuture(WharfException.notFound("No such container: " + mode.substring(OTHER.length())));
        }
        Future<Void> recorded = verbs.leftovers.record(container);
        Future<MountedRoot> root = room.images().mountRoot(container.id());
        Future<Sandbox> sandbox = room.networks().join(definition.join(container.id(), container.name()));
        Map<String, Future<String>> volumes = new LinkedHashMap<>();
        for (MountTarget target : definition.mounts().targets()) {
            if (target.isVolume()) {
                volumes.computeIfAbsent(target.name(), name -> mountVolume(container, target, root));
            }
        }
        Future<Map<String, String>> images = new ImageMounts(room).mount(container);
        Future<Void> sources = definition.mounts().targets().isEmpty()
                ? Future.succeededFuture()
                : room.pools().run(definition.mounts()::prepareSources);
        List<Future<?>> all = new ArrayList<>(
                List.of(recorded, root, sandbox, sources, images, room.streams().preparing(container)));
        all.addAll(volumes.values());
        // Join, not all: nothing may still be in the making when a failure unwinds.
        return Future.join(all).map(done -> {
            Map<String, String> folders = new HashMap<>(images.result());
            volumes.forEach((name, folder) -> folders.put(name, folder.result()));
            return new Parts(
                    root.result(), sandbox.result(), definition.mounts().withFolders(folders));
        });
    }

    private Future<String> mountVolume(Container container, MountTarget target, Future<MountedRoot> root) {
        if (!target.copy()) {
            return room.volumes().mount(target.name(), container.id(), null);
        }
        return root.compose(mounted ->
                        room.pools().call(() -> RootFiles.resolve(Path.of(mounted.path()), target.destination())))
                .compose(from -> room.volumes()
                        .mount(
                                target.name(),
                                container.id(),
                                from.map(Path::toString).orElse(null)));
    }

    private Future<Run> create(Container container, MonitorFiles files, Parts parts, Undo undo, StepTimes times) {
        SpecInput.Namespaces namespaces = SpecInput.Namespaces.of(
                container.host(), SpecInput.Namespace.atOrHost(parts.sandbox().netnsPath()), pidsOfOthers(container));
        // The files of /etc belong to the network: who shares another's network shares them.
        String mode = container.host().networkMode();
        boolean shares = mode != null && mode.startsWith(OTHER);
        Path folder = room.layout().container(shares ? other(mode).id() : container.id());
        Links.Linked linked = new Links(room.containers()).of(container);
        ContainerConfig config = Links.with(
                shares ? withHostname(container.config(), other(mode).config().hostname()) : container.config(),
                linked);
        SharedMemory memory = SharedMemory.of(container, room);
        OciRuntime runtime = room.host().runtimes().named(container.host().runtime());
        return room.pools()
                .call(() -> {
                    EtcFiles etc = shares
                            ? EtcFiles.in(folder)
                            : EtcFiles.write(
                                    folder,
                                    container.config(),
                                    AppliedDns.over(
                                            container.host(),
                                            room.options().networks().dns()),
                                    parts.sandbox(),
                                    room.host().gateway(),
                                    linked.hosts());
                    SpecInput input = new SpecInput(
                            container.id(),
                            config,
                            container.host(),
                            Path.of(parts.root().path()),
                            namespaces,
                            HostMounts.mount(parts.mounts(), files.bundle())
                                    .withReach(runtime.recursiveReadOnly(), runtime.name()),
                            etc,
                            memory.prepare(files.bundle(), container.host().shmSize()));
                    room.host()
                            .bundle()
                            .write(input, files.bundle(), runtime)
                            .forEach(warning -> LOG.debug("container {}: {}", container.id(), warning));
                    return monitors.spawn(container, files);
                })
                .compose(started -> {
                    times.step("spawn");
                    FailurePoint.died("start spawn");
                    Run run = new Run(started.pidfd(), started.identity());
                    container.run(run);
                    undo.push("the processes of " + container.id(), () -> verbs.watch.abandon(container, run));
                    verbs.watch.begin(container, run);
                    return monitors.await(started).compose(said -> hold(container, run, said, files));
                });
    }

    /** Takes hold of the process that the runtime has made, or tells why there is none. */
    private Future<Run> hold(Container container, Run run, SyncMessage said, MonitorFiles files) {
        if (said.failed()) {
            return room.pools()
                    .call(() -> OciRuntime.firstError(files.runtimeLog()).orElse(said.message()))
                    .compose(reason ->
                            Future.failedFuture(StartFailure.ofRuntime(reason).asException()));
        }
        try {
            Fd pidfd = room.processes().openPidfd(said.number());
            Optional<ProcessIdentity> process = ProcessIdentity.of(said.number());
            if (process.isEmpty()) {
                // Reaped between the two.
                pidfd.close();
                return Future.failedFuture(WharfException.internal(ExecFifo.GONE));
            }
            run.process(pidfd, process.get());
        } catch (LinuxException e) {
            return Future.failedFuture(e.is(Errno.ESRCH) ? WharfException.internal(ExecFifo.GONE) : e);
        }
        verbs.memory.begin(container, run);
        return Future.succeededFuture(run);
    }

    /** Commits the run and lets the process go, at the same time: a crash in between finds the one or the other. */
    private Future<Void> release(Container container, Run run, Sandbox sandbox, int restarts, MonitorFiles files) {
        ProcessIdentity process = java.util.Objects.requireNonNull(run.process());
        State next = container.state().started(process, run.monitor(), restarts, Times.nowNanos());
        return verbs.release.note(container).compose(noted -> {
            FailurePoint.reach("start");
            Future<Void> committed = room.table().commit(container, next, sandbox, "start", Map.of());
            return Future.join(committed, verbs.release.letGo(container, files)).mapEmpty();
        });
    }

    private Map<String, Integer> pidsOfOthers(Container container) {
        Map<String, Integer> pids = new HashMap<>();
        for (String mode : List.of(
                String.valueOf(container.host().pidMode()),
                String.valueOf(container.host().ipcMode()))) {
            if (mode.startsWith(OTHER)) {
                Container other = other(mode);
                if (other.pid() != 0) {
                    pids.put(mode.substring(OTHER.length()), other.pid());
                }
            }
        }
        return pids;
    }

    private static ContainerConfig withHostname(ContainerConfig config, @Nullable String hostname) {
        ObjectNode tree = Json.MAPPER.valueToTree(config);
        tree.put("Hostname", hostname);
        return Json.MAPPER.convertValue(tree, ContainerConfig.class);
    }

    private Container other(String mode) {
        return room.containers().get(mode.substring(OTHER.length()));
    }
}
