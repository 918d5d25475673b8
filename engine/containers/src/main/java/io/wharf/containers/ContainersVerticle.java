package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.CallerPromise;
import io.wharf.base.KernelLedger;
import io.wharf.base.Lanes;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.ContainerProcess;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerSummary;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.FileView;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Handle;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthStatus;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LogService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.Pending;
import io.wharf.contracts.ProbeResult;
import io.wharf.contracts.RuntimeService;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.CgroupMigration;
import io.wharf.linux.Cgroups;
import io.wharf.linux.EventLoops;
import io.wharf.linux.Executables;
import io.wharf.linux.Pools;
import io.wharf.linux.Processes;
import io.wharf.oci.Bundle;
import io.wharf.oci.CgroupPaths;
import io.wharf.oci.HostFacts;
import io.wharf.oci.RuntimeProbe;
import io.wharf.streams.HandleTable;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Owns the containers: start, recovery and the way to each verb. */
public final class ContainersVerticle extends VerticleBase implements ContainerService {
    /** So long a stop waits for it; it takes a fraction of one. */
    private static final int PROBE_SECONDS = 5;

    private final EngineOptions options;
    private final ContainerTable table;
    private final KernelLedger ledger;
    private final HandleTable handles;
    private final Pools pools;
    private final Containers containers = new Containers();
    private final FreezeUsers freezing = new FreezeUsers();
    private Future<?> others = Future.succeededFuture();
    private @Nullable Room room;
    private @Nullable Lifecycle verbs;
    private @Nullable AttachHub hub;
    private @Nullable ExecCommands execs;

    public ContainersVerticle(
            EngineOptions options, Store store, KernelLedger ledger, HandleTable handles, Pools pools) {
        this.options = options;
        this.table = new ContainerTable(store);
        this.ledger = ledger;
        this.handles = handles;
        this.pools = pools;
    }

    /** Has it ask its neighbours after these are deployed; what it can find out by itself, it does meanwhile. */
    public ContainersVerticle after(Future<?> deployed) {
        others = deployed;
        return this;
    }

    public static Schema schema() {
        return ContainerTable.SCHEMA;
    }

    @Override
    public Future<?> start() {
        ImageService images = Services.client(vertx, ImageService.class);
        NetworkService networks = Services.client(vertx, NetworkService.class);
        LogService logs = Services.client(vertx, LogService.class);
        Future<HostFacts> facts = pools.call(() -> {
            RuntimeProbe.checkDefault(options);
            Files.createDirectories(options.layout().exits());
            Files.createDirectories(options.layout().runtimeState());
            ExecScratch.clear(options.layout().execs());
            return HostFacts.read();
        });
        // All that follows, and what is served, stays on this verticle's context.
        Future<?> served = CallerPromise.here(others);
        Future<ImageService.StorageFacts> storage = served.compose(deployed -> images.facts());
        Future<NetworkService.NetworkFacts> network = served.compose(deployed -> networks.facts());
        return Future.all(facts, storage, network, table.load()).compose(ready -> {
            Room.HostSide host = hostSide(facts.result(), ready.resultAt(1), ready.resultAt(2));
            List<Container> loaded = ready.resultAt(3);
            loaded.forEach(containers::add);
            AttachHub streams = new AttachHub(EventLoops.of(context), logs, options.layout());
            Room shared = room(images, networks, logs, host, streams);
            Lifecycle lifecycle = new Lifecycle(shared);
            ExecCommands further = new ExecCommands(shared, () -> lifecycle.orphans.soon(shared));
            streams.onRemoved(further::drop);
            room = shared;
            verbs = lifecycle;
            hub = streams;
            execs = further;
            Recover recovery = new Recover(shared, lifecycle);
            return recovery.run().compose(recovered -> further.recover()).onSuccess(recovered -> {
                Services.serve(vertx, ContainerService.class, this);
                Services.serve(vertx, ExecService.class, further);
                Services.serve(
                        vertx,
                        RuntimeService.class,
                        new DescribeRuntimes(host.adjustable(), host.facts(), host.cgroupPaths(), pools));
                recovery.startPolicies();
                ReapOrphans orphans = lifecycle.orphans;
                vertx.setPeriodic(ReapOrphans.PERIOD_MILLIS, due -> pools.runUrgently(orphans::sweep));
            });
        });
    }

    /**
     * Clients are let go; containers go on, also those that stood still for a copy. What the runtimes are still being tried
     * on is taken away first.
     */
    @Override
    public Future<?> stop() {
        if (hub != null) {
            hub.close();
        }
        return room == null
                ? Future.succeededFuture()
                : Future.join(
                        freezing.thawAll(room),
                        room.host()
                                .found()
                                .timeout(PROBE_SECONDS, TimeUnit.SECONDS)
                                .otherwiseEmpty());
    }

    private Room.HostSide hostSide(
            HostFacts facts, ImageService.StorageFacts storage, NetworkService.NetworkFacts network) {
        CgroupPaths cgroups = CgroupPaths.of(options, facts);
        List<String> gateways = options.networks().dns().hostGateways();
        return new Room.HostSide(
                facts,
                cgroups,
                new Adjustable(pools.call(new RuntimeProbe(options, facts, cgroups)::probe), options.defaults()),
                new Bundle(facts, cgroups, options.defaults()),
                Executables.find("conmon").orElse(""),
                gateways.isEmpty() ? network.gatewayAddress() : String.join(",", gateways),
                storage.driver(),
                CgroupMigration.ofThisProcess());
    }

    private Room room(
            ImageService images, NetworkService networks, LogService logs, Room.HostSide host, RunListener streams) {
        return new Room(
                vertx,
                context,
                EventLoops.of(context),
                options,
                table,
                ledger,
                handles,
                pools,
                Processes.real(),
                Cgroups.real(),
                images,
                networks,
                Services.client(vertx, VolumeService.class),
                logs,
                containers,
                new Lanes("container"),
                host,
                streams);
    }

    @Override
    public Future<Created> create(CreateContainer request) {
        return new MakeContainer(room(), verbs().volumes).run(request);
    }

    @Override
    public Future<Void> start(String ref, @Nullable String detachKeys) {
        return verbs().start.run(containers.get(ref));
    }

    @Override
    public Future<Pending<Void>> stop(String ref, StopOptions wanted) {
        return Future.succeededFuture(verbs().stop.run(containers.get(ref), wanted));
    }

    @Override
    public Future<Pending<Void>> stopAll(int seconds, boolean atOnce) {
        return Future.succeededFuture(new StopAll(room(), verbs()).run(seconds, atOnce));
    }

    @Override
    public Future<Pending<Void>> restart(String ref, StopOptions wanted) {
        return Future.succeededFuture(verbs().restart.run(containers.get(ref), wanted));
    }

    @Override
    public Future<Void> kill(String ref, @Nullable String signal) {
        return verbs().signals.kill(ref, signal);
    }

    @Override
    public Future<Void> pause(String ref) {
        return new PauseContainer(room()).pause(containers.get(ref));
    }

    @Override
    public Future<Void> unpause(String ref) {
        return new PauseContainer(room()).unpause(containers.get(ref));
    }

    @Override
    public Future<List<String>> freezeUsersOf(String volume) {
        return freezing.freeze(room(), volume);
    }

    @Override
    public Future<Void> thaw(List<String> ids) {
        return freezing.thaw(room(), ids);
    }

    @Override
    public Future<Void> rename(String ref, String name) {
        return new RenameContainer(room()).run(containers.get(ref), name);
    }

    @Override
    public Future<List<String>> update(String ref, UpdateContainer wanted) {
        return new UpdateLimits(room()).run(ref, wanted);
    }

    @Override
    public Future<Void> remove(String ref, RemoveOptions wanted) {
        return wanted.link()
                ? new Links(containers).remove(room(), ref)
                : verbs().remove.run(ref, wanted);
    }

    @Override
    public Future<Pending<Exit>> waitFor(String ref, WaitCondition condition) {
        return Future.succeededFuture(AwaitContainer.run(containers.get(ref), condition));
    }

    @Override
    public Future<List<ContainerSummary>> list(ListContainers query) {
        return new io.wharf.containers.ListContainers(containers, room().images()).run(query);
    }

    @Override
    public Future<ContainerDetail> inspect(String ref, boolean size) {
        return new InspectContainer(
                        containers,
                        options.layout(),
                        room().images(),
                        started(execs)::of,
                        room().host().facts())
                .run(ref, size);
    }

    @Override
    public Future<LogBytes> logs(String ref, LogOptions wanted) {
        return new LogsOfContainer(room()).run(ref, wanted);
    }

    @Override
    public Future<Attached> attach(String ref, AttachOptions wanted) {
        return new AttachContainer(room(), started(hub)).run(ref, wanted);
    }

    @Override
    public Future<Void> resize(String ref, int height, int width) {
        return new ConsoleResize(room()).run(ref, height, width);
    }

    @Override
    public Future<String> commit(CommitContainer request) {
        return new CommitChanges(room()).run(request);
    }

    @Override
    public Future<Top> top(String ref, String psArguments) {
        String arguments = TopContainer.checked(psArguments);
        return new TopContainer(room()).run(containers.get(ref), arguments);
    }

    @Override
    public Future<Void> checkpoint(String ref) {
        return RefuseCheckpoint.of(containers.get(ref));
    }

    @Override
    public Future<ContainerProcess> processOf(String ref) {
        return Future.succeededFuture(FindProcess.of(containers.get(ref), room()));
    }

    @Override
    public Future<List<ContainerProcess>> processesOf(List<String> ids) {
        return Future.succeededFuture(FindProcess.of(room(), ids));
    }

    @Override
    public Future<Handle<FileView>> openFiles(String ref, FileScope scope) {
        return verbs().files.run(containers.get(ref), scope);
    }

    @Override
    public Future<Void> announceFiles(String id, FileAction action) {
        return table.announce(containers.get(id), action.word(), Map.of());
    }

    @Override
    public Future<Map<String, List<HostConfig.PortBinding>>> publish(PublishPorts request) {
        return new io.wharf.containers.PublishPorts(room()).run(containers.get(request.container()), request.ports());
    }

    @Override
    public Future<Void> connectNetwork(ConnectNetwork request) {
        return new io.wharf.containers.ConnectNetwork(room())
                .run(containers.get(request.container()), request.network(), request.asked());
    }

    @Override
    public Future<Void> disconnectNetwork(String network, String container, boolean force) {
        return new DisconnectNetwork(room()).run(network, container, force);
    }

    @Override
    public Future<Counts> counts() {
        int running = 0;
        int paused = 0;
        int stopped = 0;
        for (Container container : containers.all()) {
            switch (container.status()) {
                case RUNNING, RESTARTING -> running++;
                case PAUSED -> paused++;
                case CREATED, EXITED, REMOVING, DEAD -> stopped++;
            }
        }
        return Future.succeededFuture(new Counts(running, paused, stopped));
    }

    @Override
    public Future<Pruned> prune(Filters filters) {
        return new PruneContainers(room(), verbs().remove).run(filters);
    }

    @Override
    public Future<List<HealthPlan>> healthPlans(@Nullable String id) {
        return verbs().health.plans(id);
    }

    @Override
    public Future<HealthStatus> reportHealth(String id, long run, ProbeResult result) {
        return verbs().health.run(id, run, result);
    }

    private Room room() {
        return started(room);
    }

    private Lifecycle verbs() {
        return started(verbs);
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("served before it was started");
        }
        return part;
    }
}
