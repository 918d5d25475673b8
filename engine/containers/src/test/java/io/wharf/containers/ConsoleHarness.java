package io.wharf.containers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Event;
import io.wharf.base.KernelLedger;
import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService.AttachOptions;
import io.wharf.contracts.Duplex;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LogService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.Boot;
import io.wharf.linux.CgroupMigration;
import io.wharf.linux.Cgroups;
import io.wharf.linux.Commands;
import io.wharf.linux.EventLoops;
import io.wharf.linux.Executables;
import io.wharf.linux.Pools;
import io.wharf.linux.ProcessExit;
import io.wharf.linux.ProcessIdentity;
import io.wharf.linux.Processes;
import io.wharf.logs.LogsVerticle;
import io.wharf.oci.Bundle;
import io.wharf.oci.CgroupPaths;
import io.wharf.oci.Command;
import io.wharf.oci.HostFacts;
import io.wharf.oci.MountPlan;
import io.wharf.oci.OciRuntime;
import io.wharf.oci.RuntimeProbe;
import io.wharf.oci.Runtimes;
import io.wharf.oci.SpecInput;
import io.wharf.oci.Specs;
import io.wharf.oci.Trees;
import io.wharf.streams.HandleTable;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Containers of a real monitor and runtime on a root of busybox, without the rooms for images and networks. */
final class ConsoleHarness implements AutoCloseable {
    private static final List<String> APPLETS =
            List.of("sh", "cat", "echo", "dd", "sleep", "head", "true", "stty", "yes", "env", "id", "pwd", "kill");
    private static int count;

    final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    final Context context = vertx.getOrCreateContext();
    final Pools pools = new Pools(6, 2);
    final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
    final Room room;
    final AttachHub hub;
    final Path folder;
    private final Store store;
    private final KernelLedger ledger;

    ConsoleHarness() throws IOException {
        folder = Files.createTempDirectory("wharf-containers.");
        EngineOptions options = Specs.options(folder);
        Files.createDirectories(options.layout().dataRoot());
        Files.createDirectories(options.layout().execRoot());
        Files.createDirectories(options.layout().runtimeState());
        Files.createDirectories(options.layout().execs());
        store = Store.open(options.layout().database(), Store.Durability.PROCESS, List.of(ContainersVerticle.schema()));
        store.onCommit(events::addAll);
        ledger = KernelLedger.open(options.layout().ledger(), Boot.id());
        HostFacts facts = HostFacts.read();
        CgroupPaths cgroups = new CgroupPaths(false);
        Runtimes runtimes = new RuntimeProbe(options, facts, cgroups).probe();
        Services.prepare(vertx);
        HandleTable handles = new HandleTable(vertx, Duration.ofSeconds(30));
        vertx.deployVerticle(new LogsVerticle(options, store, handles, pools))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        LogService logs = Services.client(vertx, LogService.class);
        hub = new AttachHub(EventLoops.of(context), logs, options.layout());
        room = new Room(
                vertx,
                context,
                EventLoops.of(context),
                options,
                new ContainerTable(store),
                ledger,
                handles,
                pools,
                Processes.real(),
                Cgroups.real(),
                absent(ImageService.class),
                absent(NetworkService.class),
                absent(VolumeService.class),
                logs,
                new Containers(),
                new Lanes("container"),
                new Room.HostSide(
                        facts,
                        cgroups,
                        new Adjustable(Future.succeededFuture(runtimes), options.defaults()),
                        new Bundle(facts, cgroups),
                        Executables.find("conmon").orElseThrow(),
                        "",
                        "overlay2",
                        CgroupMigration.ofThisProcess()),
                hub);
    }

    private static <T> T absent(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            throw new UnsupportedOperationException(method.getName());
        }));
    }

    /** Runs on the verticle's context and waits for the outcome. */
    <T> T on(Supplier<Future<T>> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        context.runOnContext(run -> {
            try {
                work.get().onComplete(done::complete, done::completeExceptionally);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done.get(30, TimeUnit.SECONDS);
    }

    /** A container of a shell script; the config has further fields, each with a comma in front. */
    Container create(String more, String script) throws Exception {
        count++;
        String id = String.format("%032x%032x", ProcessHandle.current().pid(), count);
        ContainerConfig config = Specs.config(
                "{'Hostname':'box','Labels':{'kind':'test'},'Cmd':['/bin/sh','-c','" + script + "']" + more + "}");
        HostConfig host = Specs.host("{'ShmSize':1048576,'CgroupnsMode':'host'}");
        Path bin = Files.createDirectories(room.layout().rootfs(id).resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        Path etc = Files.createDirectories(bin.resolveSibling("etc"));
        Files.writeString(etc.resolve("passwd"), "root:x:0:0::/root:/bin/sh\nweb:x:70:71::/srv:/bin/sh\n");
        Files.createDirectories(room.layout().container(id));
        Definition definition = new Definition(
                0,
                "sha256:0",
                config,
                host,
                NetworkingConfig.NONE,
                Command.of(config),
                MountPlan.EMPTY,
                "overlay2",
                "/wharf-test/" + id,
                false);
        Container container = new Container(id, "c" + count, definition, State.NEW, null, false);
        on(() -> {
            room.containers().add(container);
            return Future.succeededFuture();
        });
        return container;
    }

    /** Starts it as the lifecycle does, as far as the streams have to do with it; completes at its end. */
    Future<Integer> start(Container container) throws Exception {
        MonitorFiles files = room.files(container);
        // Else what the run before has left might be taken away under the new monitor.
        on(() -> hub.preparing(container));
        SpawnMonitor monitors = new SpawnMonitor(room);
        SpawnMonitor.Started started = on(() -> pools.call(() -> {
            HostConfig host = container.host();
            SpecInput input = new SpecInput(
                    container.id(),
                    container.config(),
                    host,
                    room.layout().rootfs(container.id()),
                    SpecInput.Namespaces.of(host, SpecInput.Namespace.FRESH, Map.of()),
                    MountPlan.EMPTY,
                    null,
                    null);
            room.host()
                    .bundle()
                    .write(input, files.bundle(), room.host().runtimes().named(host.runtime()));
            return monitors.spawn(container, files);
        }));
        io.vertx.core.Promise<Integer> over = io.vertx.core.Promise.promise();
        SyncMessage said = on(() -> {
            Run run = new Run(started.pidfd(), started.identity());
            container.run(run);
            ProcessExit.watch(
                    room.loop(),
                    room.processes(),
                    started.pidfd(),
                    status -> context.runOnContext(ended -> end(container, files, over)));
            return monitors.await(started);
        });
        if (said.failed()) {
            throw new IllegalStateException(said.message());
        }
        on(() -> hub.prepared(container, files));
        ProcessIdentity process = ProcessIdentity.of(said.number()).orElseThrow();
        on(() -> {
            container.committed(container.state().started(process, started.identity(), 0, 1));
            return Future.succeededFuture();
        });
        OciRuntime runtime = room.host().runtimes().named("");
        Commands.Result result = Commands.run(
                runtime.spawn(runtime.argv(List.of("start", container.id()))),
                new byte[0],
                Duration.ofSeconds(20),
                4096);
        if (!result.success()) {
            throw new IllegalStateException(result.reason());
        }
        return over.future();
    }

    private void end(Container container, MonitorFiles files, io.vertx.core.Promise<Integer> over) {
        hub.ended(container, files).onComplete(told -> {
            container.run(null);
            container.committed(container.state().ended(Status.EXITED, 0, "", 0, 1));
            int code = -1;
            try {
                code = Integer.parseInt(Files.readString(files.exitFile()).strip());
            } catch (IOException | NumberFormatException e) {
                System.err.println("no exit file: " + e);
            }
            over.complete(code);
        });
    }

    void kill(Container container) {
        OciRuntime runtime = room.host().runtimes().named("");
        Commands.run(
                runtime.spawn(runtime.argv(List.of("kill", container.id(), "KILL"))),
                new byte[0],
                Duration.ofSeconds(20),
                4096);
    }

    static AttachOptions attach(boolean logs, boolean stdin) {
        return new AttachOptions(logs, true, stdin, true, true, null);
    }

    /** What a client of an attach or exec hears and says. */
    static final class Client {
        final Duplex streams;
        final CompletableFuture<String> ended = new CompletableFuture<>();
        private final Buffer heard = Buffer.buffer();

        Client(Duplex streams) {
            this.streams = streams;
            listen(streams.output(), this);
        }

        private Client(ByteStream bytes) {
            this.streams = new AttachClient(bytes, new ConsoleInput(null, () -> {}, () -> {}), () -> {});
            listen(bytes, this);
        }

        private static void listen(io.vertx.core.streams.ReadStream<Buffer> output, Client client) {
            output.exceptionHandler(client.ended::completeExceptionally);
            output.endHandler(end -> client.ended.complete(client.heard()));
            output.handler(bytes -> {
                synchronized (client.heard) {
                    client.heard.appendBuffer(bytes);
                }
            });
        }

        String heard() {
            synchronized (heard) {
                return heard.toString(ISO_8859_1);
            }
        }

        /** One stream's part of what was heard, without the frames. */
        String heard(int stream) {
            StringBuilder text = new StringBuilder();
            synchronized (heard) {
                for (int at = 0; at + 8 <= heard.length(); at += 8 + heard.getInt(at + 4)) {
                    if (heard.getByte(at) == stream) {
                        text.append(heard.getString(at + 8, at + 8 + heard.getInt(at + 4), "ISO-8859-1"));
                    }
                }
            }
            return text.toString();
        }

        void says(String text) {
            streams.input().write(Buffer.buffer(text));
        }

        String end() throws Exception {
            return ended.get(30, TimeUnit.SECONDS);
        }
    }

    Client attached(Container container, AttachOptions options) throws Exception {
        var attached = on(() -> new AttachContainer(room, hub).run(container.id(), options));
        return new Client(room.handles().take(attached.streams()));
    }

    Client logs(Container container, io.wharf.contracts.ContainerService.LogOptions options) throws Exception {
        var logs = on(() -> new LogsOfContainer(room).run(container.id(), options));
        return new Client(room.handles().take(logs.bytes()));
    }

    /** Takes away what the runtime keeps of a run that has ended. */
    void close(Container container) throws IOException {
        OciRuntime runtime = room.host().runtimes().named("");
        Commands.run(
                runtime.spawn(runtime.argv(List.of("delete", "--force", container.id()))),
                new byte[0],
                Duration.ofSeconds(20),
                4096);
        Trees.delete(room.files(container).bundle());
        Trees.delete(room.files(container).scratch());
    }

    List<String> actions() {
        return events.stream().map(Event::action).toList();
    }

    @Override
    public void close() throws Exception {
        OciRuntime runtime = room.host().runtimes().named("");
        for (Container container : List.copyOf(room.containers().all())) {
            Commands.run(
                    runtime.spawn(runtime.argv(List.of("delete", "--force", container.id()))),
                    new byte[0],
                    Duration.ofSeconds(20),
                    4096);
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        pools.close();
        ledger.close();
        store.close();
        Trees.delete(folder);
    }
}
