package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.base.Layout;
import io.wharf.contracts.AccessService;
import io.wharf.contracts.AccessService.Question;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.EventService;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.HostSockets;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LeaseService;
import io.wharf.contracts.ListenerOptions;
import io.wharf.contracts.ListenerOptions.RoleSocket;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.Services;
import io.wharf.contracts.StatsService;
import io.wharf.contracts.SystemService;
import io.wharf.contracts.VolumeService;
import io.wharf.streams.HandleTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The real front on a real unix socket, with fake services behind it. */
final class ApiUnderTest implements AutoCloseable {
    final Vertx vertx;
    final HandleTable handles;
    final Fake<SystemService> system = new Fake<>(SystemService.class);
    final Fake<ContainerService> containers = new Fake<>(ContainerService.class);
    final Fake<ExecService> execs = new Fake<>(ExecService.class);
    final Fake<ImageService> images = new Fake<>(ImageService.class);
    final Fake<NetworkService> networks = new Fake<>(NetworkService.class);
    final Fake<VolumeService> volumes = new Fake<>(VolumeService.class);
    final Fake<EventService> events = new Fake<>(EventService.class);
    final Fake<LeaseService> leases = new Fake<>(LeaseService.class);
    final Fake<StatsService> stats = new Fake<>(StatsService.class);
    final Fake<AccessService> access = new Fake<>(AccessService.class);
    final Path folder;
    final Path socket;
    final ApiVerticle verticle;

    ApiUnderTest() throws IOException {
        vertx = Vertx.builder()
                .with(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2))
                .build();
        handles = new HandleTable(vertx, Duration.ofSeconds(5));
        folder = Files.createTempDirectory("wharf-api.");
        socket = folder.resolve("engine.sock");
        Services.prepare(vertx);
        serve(system);
        serve(containers);
        serve(execs);
        serve(images);
        serve(networks);
        serve(volumes);
        serve(events);
        serve(leases);
        serve(stats);
        access.on("record", arguments -> Future.succeededFuture());
        serve(access);
        verticle = new ApiVerticle(
                options(List.of("unix://" + socket, "tcp://127.0.0.1:0")), handles, HostSockets.UNKNOWN, false);
        await(vertx.deployVerticle(verticle));
    }

    EngineOptions options(List<String> hosts) {
        return new EngineOptions(
                hosts,
                new Layout(folder, folder),
                "wharf0",
                null,
                true,
                null,
                List.of(),
                List.of(),
                Map.of(),
                null,
                Map.of(),
                false,
                "boot",
                "0.0-test");
    }

    /** Opens a further socket with a role, and tells its path. */
    Path door(String role) {
        EngineOptions usual = options(List.of());
        Path path = folder.resolve(role + ".sock");
        ListenerOptions listeners = new ListenerOptions(
                "0", List.of(new RoleSocket(path, null, 0600, role)), Optional.empty(), false, false, List.of());
        EngineOptions options = new EngineOptions(
                usual.hosts(),
                usual.layout(),
                usual.bridge(),
                usual.bip(),
                usual.iptables(),
                usual.storageDriver(),
                usual.storageOptions(),
                usual.registries(),
                usual.runtimes(),
                usual.defaultRuntime(),
                usual.execOptions(),
                usual.debug(),
                usual.bootId(),
                usual.version(),
                usual.logs(),
                usual.defaults(),
                usual.imageLimits(),
                usual.space(),
                usual.pluginFolders(),
                usual.firewall(),
                usual.networks(),
                usual.sinks(),
                listeners,
                usual.events());
        await(vertx.deployVerticle(new ApiVerticle(options, handles, HostSockets.UNKNOWN, false)));
        return path;
    }

    /** Has authorization plugins asked from now on, which allow all. */
    List<Question> authorizer() {
        List<Question> questions = new CopyOnWriteArrayList<>();
        access.on("authorize", arguments -> {
            questions.add((Question) arguments[0]);
            // As plugins do, it answers later.
            return vertx.timer(20, TimeUnit.MILLISECONDS).mapEmpty();
        });
        access.on("authorizeReply", arguments -> Future.succeededFuture());
        vertx.eventBus().publish(AccessService.AUTHORIZERS, true);
        return questions;
    }

    private <S> void serve(Fake<S> fake) {
        Services.serve(vertx, fake.type, fake.service);
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() throws IOException {
        await(vertx.close());
        Files.deleteIfExists(folder);
    }
}
