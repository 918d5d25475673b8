package io.wharf.leases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Event;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EventService;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Handle;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LeaseService;
import io.wharf.contracts.LeaseService.Lease;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeService;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.contracts.VolumeService.VolumeList;
import io.wharf.streams.HandleTable;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases over an engine that has volumes alone. */
class LeasesVerticleTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final HandleTable handles = new HandleTable(vertx, Duration.ofSeconds(10));
    /** By name: a label of each, as {@code name=value}. */
    private final Map<String, String> volumes = new ConcurrentHashMap<>();

    private final Set<String> inUse = ConcurrentHashMap.newKeySet();
    private final List<String> lists = new CopyOnWriteArrayList<>();
    private Store store;
    private LeasesVerticle verticle;
    private long startGraceMillis = 10_000;
    private String deployment = "";
    private LeaseService leases;

    @BeforeEach
    void open() {
        Services.prepare(vertx);
        store = Store.open(folder.resolve("l.db"), Store.Durability.PROCESS, List.of(LeasesVerticle.schema()));
        fake(ContainerService.class);
        fake(NetworkService.class);
        fake(ImageService.class);
        fake(VolumeService.class);
        leases = Services.client(vertx, LeaseService.class);
        start();
    }

    @AfterEach
    void close() {
        await(vertx.close());
        store.close();
    }

    @Test
    void lease_isToldAtOnceAndEndsWithItsReader() {
        TestSubscriber<Lease> reader = read(leases.open(Map.of()));
        reader.awaitCount(1);
        Lease lease = reader.values().getFirst();
        volumes.put("leased", lease.label());
        volumes.put("other", "io.wharf.lease=other");
        assertThat(lease.label()).isEqualTo("io.wharf.lease=" + lease.id());
        assertThat(lease.state()).isEqualTo("held");
        assertThat(await(leases.list()))
                .singleElement()
                .extracting(Lease::holders)
                .isEqualTo(1);
        reader.cancel();
        until(() -> state(lease.id()).equals("unheld"));
        until(() -> !volumes.containsKey("leased"));
        assertThat(volumes).containsOnlyKeys("other");
        until(() -> await(leases.list()).isEmpty());
    }

    @Test
    void lastHolder_decides() {
        TestSubscriber<Lease> one = read(leases.open(Map.of()));
        one.awaitCount(1);
        String id = one.values().getFirst().id();
        TestSubscriber<Lease> two = read(leases.hold(id));
        two.awaitCount(1);
        one.cancel();
        until(() -> await(leases.list()).getFirst().holders() == 1);
        assertThat(state(id)).isEqualTo("held");
        two.cancel();
        until(() -> state(id).equals("unheld"));
        // Lost, and back in time.
        TestSubscriber<Lease> three = read(leases.hold(id));
        three.awaitCount(1);
        assertThat(state(id)).isEqualTo("held");
        three.cancel();
    }

    @Test
    void endOfTheEngine_removesNothingAndTheNextOneGivesAGrace() {
        TestSubscriber<Lease> reader = read(leases.open(Map.of()));
        reader.awaitCount(1);
        String id = reader.values().getFirst().id();
        verticle.engineStops();
        reader.cancel();
        until(() -> await(leases.list()).getFirst().holders() == 0);
        assertThat(state(id)).isEqualTo("held");
        await(vertx.undeploy(deployment));
        start();
        assertThat(state(id)).isEqualTo("unheld");
        read(leases.hold(id)).awaitCount(1);
        assertThat(state(id)).isEqualTo("held");
    }

    @Test
    void graceAfterAStart_beginsWhenClientsCanCome() {
        TestSubscriber<Lease> reader = read(leases.open(Map.of()));
        reader.awaitCount(1);
        Lease lease = reader.values().getFirst();
        volumes.put("leased", lease.label());
        verticle.engineStops();
        reader.cancel();
        await(vertx.undeploy(deployment));
        startGraceMillis = 20;
        start();
        // The images are still being looked through, say.
        Awaitility.await()
                .during(Duration.ofMillis(300))
                .until(() -> state(lease.id()).equals("unheld") && volumes.containsKey("leased"));
        verticle.clientsCome();
        until(volumes::isEmpty);
    }

    @Test
    void endingLease_goesOnInTheNextEngine() {
        TestSubscriber<Lease> reader = read(leases.open(Map.of()));
        reader.awaitCount(1);
        Lease lease = reader.values().getFirst();
        volumes.put("busy", lease.label());
        inUse.add("busy");
        assertThatThrownBy(() -> await(leases.end(lease.id()))).hasMessageContaining("volume busy: volume is in use");
        reader.awaitDone(5, TimeUnit.SECONDS).assertComplete();
        assertThatThrownBy(() -> await(leases.hold(lease.id()))).hasMessageContaining("is ending");
        await(vertx.undeploy(deployment));
        inUse.clear();
        start();
        until(() -> volumes.isEmpty());
    }

    /** Its next look would come after four seconds. */
    @Test
    void whatWasInUse_goesSoonAfterTheEventThatFreesIt() throws Exception {
        PublishProcessor<Event> journal = PublishProcessor.create();
        Services.serve(
                vertx,
                EventService.class,
                EventService.class.cast(Proxy.newProxyInstance(
                        EventService.class.getClassLoader(),
                        new Class<?>[] {EventService.class},
                        (self, method, arguments) -> Future.succeededFuture(handles.offer(journal, () -> {})))));
        TestSubscriber<Lease> reader = read(leases.open(Map.of()));
        reader.awaitCount(1);
        Lease lease = reader.values().getFirst();
        volumes.put("busy", lease.label());
        inUse.add("busy");
        assertThatThrownBy(() -> await(leases.end(lease.id()))).hasMessageContaining("volume is in use");
        int looks = lists.size();
        until(() -> lists.size() > looks);
        inUse.clear();
        until(journal::hasSubscribers);
        Event freed = new Event(1, 1, "container", "destroy", "c", Map.of());
        Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> {
            journal.onNext(freed);
            return volumes.isEmpty();
        });
        until(() -> !journal.hasSubscribers());
    }

    @Test
    void labelsOfTheClientsOwn_mustAllBeThere() {
        TestSubscriber<Lease> reader = read(leases.open(Map.of("session", "1", "tool", "t")));
        reader.awaitCount(1);
        await(leases.end(reader.values().getFirst().id()));
        assertThat(lists)
                .anyMatch(list -> list.contains("session=1") && list.contains("tool=t"))
                .noneMatch(list -> list.equals("[session=1]") || list.equals("[]"));
        assertThatThrownBy(() -> await(leases.open(Map.of("", "x")))).hasMessageContaining("no name of a label");
        assertThatThrownBy(() -> await(leases.end("none"))).hasMessageContaining("no such lease: none");
    }

    private void start() {
        verticle = new LeasesVerticle(store, handles, startGraceMillis);
        deployment = await(vertx.deployVerticle(verticle));
    }

    private String state(String id) {
        return await(leases.list()).stream()
                .filter(lease -> lease.id().equals(id))
                .map(Lease::state)
                .findFirst()
                .orElse("gone");
    }

    private TestSubscriber<Lease> read(Future<Handle<io.reactivex.rxjava3.core.Flowable<Lease>>> held) {
        return handles.take(await(held)).test();
    }

    private <S> void fake(Class<S> type) {
        Services.serve(
                vertx,
                type,
                type.cast(Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (self, method, arguments) -> switch (method.getName()) {
                            case "list" ->
                                Future.succeededFuture(
                                        type == VolumeService.class ? list((Filters) arguments[0]) : List.of());
                            case "remove" -> remove((String) arguments[0]);
                            default -> throw new IllegalStateException(method.getName());
                        })));
    }

    private VolumeList list(Filters filters) {
        List<String> wanted = filters.get("label");
        lists.add(wanted.toString());
        return new VolumeList(
                volumes.entrySet().stream()
                        .filter(volume -> wanted.equals(List.of(volume.getValue())))
                        .map(volume -> new VolumeDetail(null, "local", null, "/", volume.getKey(), null, "local", null))
                        .toList(),
                null);
    }

    private Future<Void> remove(String name) {
        if (inUse.contains(name)) {
            throw WharfException.conflict("volume is in use");
        }
        volumes.remove(name);
        return Future.succeededFuture();
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(10))
                .until(condition);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
