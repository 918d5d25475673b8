package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.base.Event;
import io.wharf.base.KernelLedger;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.Exit;
import io.wharf.contracts.ContainerService.RemoveOptions;
import io.wharf.contracts.ContainerService.StopOptions;
import io.wharf.contracts.ContainerService.WaitCondition;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.Pending;
import io.wharf.contracts.RuntimeService;
import io.wharf.contracts.Services;
import io.wharf.linux.Cgroups;
import io.wharf.linux.Pools;
import io.wharf.linux.ProcessIdentity;
import io.wharf.linux.Processes;
import io.wharf.linux.Signals;
import io.wharf.logs.LogsVerticle;
import io.wharf.oci.Specs;
import io.wharf.oci.Trees;
import io.wharf.streams.HandleTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The verticle with the real kernel, runtime and monitor, and stand-ins for the other rooms; it can crash. */
final class Rig implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final Path folder;
    final OtherRooms others;
    final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
    private final Layout layout;
    private @Nullable Vertx vertx;
    private @Nullable Pools pools;
    private @Nullable Store store;
    private @Nullable KernelLedger ledger;
    private @Nullable ContainerService service;

    Rig() throws Exception {
        folder = Files.createTempDirectory("wharf-containers.");
        layout = Specs.options(folder).layout();
        Path bin = Files.createDirectories(folder.resolve("root/bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : List.of("sh", "sleep", "true", "cat", "echo")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        for (String inside : List.of("etc", "proc", "sys", "dev", "data")) {
            Files.createDirectories(folder.resolve("root").resolve(inside));
        }
        Files.createDirectories(folder.resolve("volume"));
        Files.createDirectories(layout.dataRoot());
        Files.createDirectories(layout.execRoot());
        others = new OtherRooms(folder.resolve("root"), folder);
        open(Specs.options(folder));
    }

    void open(EngineOptions options) throws Exception {
        Store opened = Store.open(layout.database(), Store.Durability.PROCESS, List.of(ContainersVerticle.schema()));
        opened.onCommit(events::addAll);
        KernelLedger record = KernelLedger.open(layout.ledger(), options.bootId());
        Vertx started = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        Pools threads = new Pools(6, 2);
        store = opened;
        ledger = record;
        vertx = started;
        pools = threads;
        Services.prepare(started);
        others.serve(started);
        HandleTable handles = new HandleTable(started, Duration.ofSeconds(30));
        get(started.deployVerticle(new LogsVerticle(options, opened, handles, threads)));
        get(started.deployVerticle(new ContainersVerticle(options, opened, record, handles, threads)));
        service = Services.client(started, ContainerService.class);
        // Two probes of one process would meet each other.
        get(Services.client(started, RuntimeService.class).runtimes());
    }

    /** Ends the engine without a word: its containers do not notice. */
    void crash() throws Exception {
        get(java.util.Objects.requireNonNull(vertx).close());
        java.util.Objects.requireNonNull(pools).close();
        java.util.Objects.requireNonNull(ledger).close();
        java.util.Objects.requireNonNull(store).close();
    }

    Store store() {
        return java.util.Objects.requireNonNull(store);
    }

    KernelLedger ledger() {
        return java.util.Objects.requireNonNull(ledger);
    }

    Layout layout() {
        return layout;
    }

    ContainerService service() {
        return java.util.Objects.requireNonNull(service);
    }

    static <T> T get(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof Exception known ? known : e;
        }
    }

    /** Creates a container of a script, on the host's network. */
    String create(String name, String script) throws Exception {
        return create(name, script, "{}");
    }

    String create(String name, String script, String host) throws Exception {
        return createFrom(name, "{'Image':'busybox','Cmd':['/bin/sh','-c','" + script + "'],'StopTimeout':5}", host);
    }

    String createFrom(String name, String config, String host) throws Exception {
        return get(service()
                        .create(new ContainerService.CreateContainer(
                                name,
                                null,
                                Specs.config(config),
                                Specs.host(host.replaceFirst(
                                        "}$", host.length() > 2 ? ",'NetworkMode':'host'}" : "'NetworkMode':'host'}")),
                                NetworkingConfig.NONE)))
                .id();
    }

    void start(String ref) throws Exception {
        get(service().start(ref, null));
    }

    String run(String name, String script) throws Exception {
        String id = create(name, script);
        start(id);
        return id;
    }

    Exit waitFor(String ref, WaitCondition condition) throws Exception {
        return get(get(service().waitFor(ref, condition)).outcome());
    }

    void stop(String ref, int seconds) throws Exception {
        Pending<Void> pending = get(service().stop(ref, new StopOptions(null, seconds)));
        get(pending.outcome());
    }

    void remove(String ref, boolean force) throws Exception {
        get(service().remove(ref, new RemoveOptions(force, true, false)));
    }

    ContainerDetail.State state(String ref) throws Exception {
        return get(service().inspect(ref, false)).state();
    }

    void awaitStatus(String ref, String status) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> state(ref).status(), status::equals);
    }

    /** Actions told of one container, without those of streams. */
    List<String> actions(String id) {
        return events.stream()
                .filter(event -> event.actorId().equals(id))
                .map(Event::action)
                .toList();
    }

    /** What State keeps beyond what inspect shows. */
    State stored(String id) throws Exception {
        return io.wharf.base.Json.read(
                get(store().read("SELECT state FROM container WHERE id = ?", row -> row.text(1), id))
                        .getFirst(),
                State.class);
    }

    static void kill(ProcessIdentity process) {
        Processes.real().openPidfd(process).ifPresent(pidfd -> {
            try (pidfd) {
                Processes.real().signal(pidfd, Signals.SIGKILL);
            }
        });
        await().atMost(PATIENCE).until(() -> !process.isAlive());
    }

    /** Nothing of any container is left in the kernel, on disk or with the other rooms. */
    void assertNothingLeft() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(others.layers).isEmpty();
            assertThat(others.mounted).isEmpty();
            assertThat(others.joined).isEmpty();
            assertThat(get(ledger().ofKind(Leftovers.KIND))).isEmpty();
            assertThat(get(ledger().ofKind(VolumeUses.KIND))).isEmpty();
            for (Path parent : List.of(
                    layout.containers(),
                    layout.bundle("x").getParent(),
                    layout.monitor("x").getParent(),
                    layout.exits(),
                    layout.runtimeState(),
                    layout.execs())) {
                if (Files.exists(parent)) {
                    try (var entries = Files.list(parent)) {
                        assertThat(entries).as(parent.toString()).isEmpty();
                    }
                }
            }
        });
    }

    boolean hasCgroup(String id) {
        return Cgroups.real().exists("/wharf/" + id);
    }

    @Override
    public void close() throws Exception {
        for (var container : get(
                service().list(new ContainerService.ListContainers(true, 0, false, io.wharf.contracts.Filters.NONE)))) {
            remove(container.id(), true);
        }
        assertNothingLeft();
        crash();
        ReapOrphans reaper = new ReapOrphans(Processes.real());
        reaper.sweep(0);
        reaper.sweep(TimeUnit.HOURS.toNanos(1));
        delete();
    }

    private void delete() throws IOException {
        Trees.delete(folder);
    }
}
