package io.wharf.daemon;

import io.vertx.core.Deployable;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.wharf.access.AccessVerticle;
import io.wharf.api.ApiVerticle;
import io.wharf.base.ErrorKind;
import io.wharf.base.KernelLedger;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.build.BuildVerticle;
import io.wharf.containers.ContainersVerticle;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Services;
import io.wharf.cri.CriVerticle;
import io.wharf.events.EventsVerticle;
import io.wharf.events.grpc.EventsGrpcVerticle;
import io.wharf.files.FilesVerticle;
import io.wharf.health.HealthVerticle;
import io.wharf.images.ImagesVerticle;
import io.wharf.leases.LeasesVerticle;
import io.wharf.linux.Pools;
import io.wharf.logs.LogsVerticle;
import io.wharf.metrics.MetricsVerticle;
import io.wharf.networking.NetworksVerticle;
import io.wharf.stats.StatsVerticle;
import io.wharf.streams.HandleTable;
import io.wharf.volumes.VolumesVerticle;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that runs, started all or none and stopped in reverse. Containers are not stopped with it unless somebody
 * wants that: their monitors keep them, and the next engine finds them.
 */
final class Engine {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final Duration HANDLE_EXPIRY = Duration.ofSeconds(30);
    private static final long STOP_SECONDS = 15;
    /** What a step of the start gets to finish, once all is to stop. */
    private static final int LAST_STEP_SECONDS = 5;

    private static final int HURRY_SECONDS = 3;
    /** Of one that has containers to kill first. */
    private static final int HURRY_KILL_SECONDS = 10;

    /** How long the event of a start waits for somebody else's. */
    private static final long TOLD_MILLIS = 200;

    private static final long SETTLED_MILLIS = 1300;

    private final Standing told;
    private final EngineOptions options;
    private final Path pidFile;
    private final Optional<Path> criSocket;
    private final Optional<String> metricsAddress;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Void> hurry = new CompletableFuture<>();
    private final StopLimit limit = new StopLimit(hurry, Engine::leave);
    private final StartStep step = new StartStep(Duration.ofSeconds(LAST_STEP_SECONDS));
    private final Notify notify;
    private volatile @Nullable SystemVerticle running;
    /** Start and stop, one at a time. */
    private final ReentrantLock turn = new ReentrantLock();

    Engine(Told told, Path pidFile, Optional<Path> criSocket, Optional<String> metricsAddress, Notify notify) {
        this.told = new Standing(told);
        this.options = told.options();
        this.notify = notify;
        this.pidFile = pidFile;
        this.criSocket = criSocket;
        this.metricsAddress = metricsAddress;
    }

    void start() {
        long begun = System.nanoTime();
        turn.lock();
        try {
            startAll();
        } catch (RuntimeException | Error e) {
            closeAll();
            if (stopping.get()) {
                LOG.info("told to stop while starting");
                return;
            }
            throw WharfException.of(e);
        } finally {
            turn.unlock();
        }
        LOG.info(
                "Wharf {} serves {} after {} ms",
                options.version(),
                options.hosts(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        notify.ready("Wharf " + options.version() + " serves " + String.join(", ", options.hosts()));
    }

    /** Takes what the configuration says now, as far as it may change while the engine runs. */
    void reload(Told now) {
        SystemVerticle system = running;
        if (system == null) {
            LOG.warn("SIGHUP: not started yet; nothing changes");
            return;
        }
        notify.reloading();
        system.reload(told.get().adjusted(now))
                .onSuccess(done -> LOG.info("SIGHUP: the configuration is read anew"))
                .onFailure(failure -> LOG.error("SIGHUP: nothing changes: {}", failure.getMessage()))
                .onComplete(done -> notify.reloaded());
    }

    /** Has the sinks of events open their files anew. */
    void reopenSinks() {
        SystemVerticle system = running;
        if (system != null && !options.sinks().isEmpty()) {
            system.reopenSinks().onFailure(failure -> LOG.error("SIGHUP: {}", failure.getMessage()));
        }
    }

    /** Stops in order; said once more, without patience. */
    void stopAndExit() {
        if (!stopping.compareAndSet(false, true)) {
            hurry.complete(null);
            return;
        }
        step.giveUp();
        boolean live = told.get().liveRestore();
        LOG.info(live ? "stopping; containers go on" : "stopping, and the containers with it");
        notify.stopping();
        limit.hurried(live ? HURRY_SECONDS : HURRY_KILL_SECONDS);
        if (live) {
            limit.withoutContainers(told.get().shutdownSeconds(), (int) STOP_SECONDS);
        }
        // A start under way gives up at its next step.
        turn.lock();
        try {
            closeAll();
            LOG.info("stopped");
        } finally {
            System.exit(0);
        }
    }

    private static void leave() {
        LOG.error("did not stop in time: leaving as it is");
        Runtime.getRuntime().halt(1);
    }

    /** Containers that go along have had their own time; what is left to do has that of the engine. */
    private void limitTheRest() {
        if (stopping.get() && !told.get().liveRestore()) {
            limit.within((int) STOP_SECONDS);
        }
    }

    private void startAll() {
        keep(RootLock.take(options.layout().dataRoot()));
        keep(RootLock.take(options.layout().execRoot()));
        keep(PidFile.write(pidFile));
        unpackNativesBelow(options.layout().execRoot().resolve("native"));
        KernelLedger ledger = keep(KernelLedger.open(options.layout().ledger(), options.bootId()));
        if (ledger.rebooted()) {
            ForgetBoot.run(options.layout());
        }
        Store store = keep(Store.open(options.layout().database(), Store.Durability.FULL, schemas()));
        TellOfRun life = new TellOfRun(store, options);
        Pools pools = keep(Pools.standard());
        Vertx vertx = vertx();
        Services.prepare(vertx);
        HandleTable handles = new HandleTable(vertx, HANDLE_EXPIRY);
        EventsVerticle events = new EventsVerticle(options.events(), store, handles);
        if (!options.sinks().isEmpty()) {
            events.with(options.sinks(), engineId(store), options.version());
        }
        deploy(vertx, events);
        // The last that is written: nobody else does anything any more, and sinks still get it.
        keep(life);
        // These two make themselves ready beside those that they need, on the other event loop.
        Promise<Void> below = Promise.promise();
        Promise<Void> all = Promise.promise();
        CompletableFuture<String> containers =
                begin(vertx, new ContainersVerticle(options, store, ledger, handles, pools).after(below.future()));
        CompletableFuture<String> api = begin(
                vertx,
                new ApiVerticle(
                                options,
                                handles,
                                new Doors(System.getenv()),
                                told.get().experimental())
                        .after(all.future()));
        deploy(
                vertx,
                new NetworksVerticle(options, store, ledger, pools),
                new ImagesVerticle(options, store, ledger, handles, pools),
                new VolumesVerticle(options, store, ledger, handles, pools),
                new LogsVerticle(options, store, handles, pools));
        below.complete();
        finish(vertx, containers);
        keep(this::limitTheRest);
        keep(new StopContainers(vertx, told::get, () -> running != null, hurry));
        deploy(vertx, new HealthVerticle(handles));
        LeasesVerticle leases = new LeasesVerticle(store, handles);
        deploy(vertx, leases);
        // A start that fails from here on removes nothing.
        keep(leases::engineStops);
        SystemVerticle system = new SystemVerticle(told, store);
        deploy(
                vertx,
                new StatsVerticle(handles, pools),
                new MetricsVerticle(options.layout(), store, pools, metricsAddress),
                new FilesVerticle(handles),
                new BuildVerticle(),
                new AccessVerticle(options, store, pools),
                system);
        // Loaded only where it is wanted: gRPC costs an idle engine several megabytes.
        options.events().grpc().ifPresent(socket -> deploy(vertx, new EventsGrpcVerticle(socket, handles)));
        criSocket.ifPresent(socket -> deploy(vertx, new CriVerticle(options, socket)));
        all.complete();
        finish(vertx, api);
        // First of all that is done at the stop: the end of these connections is not their clients' wish.
        keep(leases::engineStops);
        leases.clientsCome();
        running = system;
        notify.watch(vertx, () -> store.write(tx -> true));
        life.serves();
        vertx.setTimer(TOLD_MILLIS, served -> {
            life.begun();
            // What the start left behind goes back to the kernel: 5 MB of an engine that may be idle for days.
            vertx.setTimer(SETTLED_MILLIS, settled -> pools.run(System::gc));
        });
    }

    private static String engineId(Store store) {
        return await(SystemVerticle.engineId(store).toCompletionStage().toCompletableFuture());
    }

    static List<Schema> schemas() {
        return List.of(
                EventsVerticle.schema(),
                ImagesVerticle.schema(),
                NetworksVerticle.schema(),
                VolumesVerticle.schema(),
                ContainersVerticle.schema(),
                LeasesVerticle.schema(),
                SystemVerticle.schema());
    }

    /**
     * Where SQLite's library was not unpacked beforehand, it unpacks itself at each start, and a killed engine would leave
     * that in the machine's /tmp for good: so below the exec root, in a folder that each start clears.
     */
    private static void unpackNativesBelow(Path folder) {
        if (System.getProperty("org.sqlite.lib.path") != null) {
            return;
        }
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "sqlite-*")) {
                for (Path file : left) {
                    Files.delete(file);
                }
            }
            System.setProperty("org.sqlite.tmpdir", folder.toString());
        } catch (IOException e) {
            LOG.warn("SQLite's library is unpacked to /tmp: {}", e.toString());
        }
    }

    private Vertx vertx() {
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions()
                        .setPreferNativeTransport(true)
                        .setEventLoopPoolSize(2)
                        .setWorkerPoolSize(2)
                        .setInternalBlockingPoolSize(2)
                        .setFileSystemOptions(new FileSystemOptions()
                                .setClassPathResolvingEnabled(false)
                                .setFileCachingEnabled(false)))
                .build();
        keep(() -> await(vertx.close().toCompletionStage().toCompletableFuture()));
        if (!vertx.isNativeTransportEnabled()) {
            throw WharfException.internal(
                    "native epoll is not available", Vertx.class.cast(vertx).unavailableNativeTransportCause());
        }
        return vertx;
    }

    /** Deploys all of them at once, for none asks another; they are undeployed one by one, the last named first. */
    private void deploy(Vertx vertx, Deployable... verticles) {
        List<CompletableFuture<String>> begun = new ArrayList<>(verticles.length);
        for (Deployable verticle : verticles) {
            begun.add(begin(vertx, verticle));
        }
        RuntimeException failed = null;
        for (CompletableFuture<String> one : begun) {
            try {
                finish(vertx, one);
            } catch (RuntimeException e) {
                // The others are awaited nevertheless: what they began is to be undeployed.
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private static CompletableFuture<String> begin(Vertx vertx, Deployable verticle) {
        return vertx.deployVerticle(verticle).toCompletionStage().toCompletableFuture();
    }

    private void finish(Vertx vertx, CompletableFuture<String> begun) {
        String id = step.await(begun);
        keep(() -> await(vertx.undeploy(id).toCompletionStage().toCompletableFuture()));
    }

    /** For what is done at the stop, and for what takes no time. */
    private static <T> T await(CompletableFuture<T> future) {
        return StartStep.outcome(future.orTimeout(STOP_SECONDS * 4, TimeUnit.SECONDS));
    }

    private <T extends AutoCloseable> T keep(T resource) {
        started.push(resource);
        if (stopping.get()) {
            throw new WharfException(ErrorKind.UNAVAILABLE, "told to stop");
        }
        return resource;
    }

    private void closeAll() {
        while (!started.isEmpty()) {
            AutoCloseable resource = started.pop();
            try {
                resource.close();
            } catch (Throwable e) {
                // Whatever one of them throws, the others are to be closed too.
                LOG.warn("stopping: {}", e.toString());
            }
        }
    }
}
