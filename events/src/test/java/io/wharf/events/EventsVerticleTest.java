package io.wharf.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivex.rxjava3.subscribers.TestSubscriber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.Event;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventOptions;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventService.EventQuery;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Services;
import io.wharf.streams.HandleTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsVerticleTest {
    private static final EventQuery FROM_THE_FIRST = new EventQuery(0, 0, 0, Filters.NONE);
    private static final int SIZE = 8 << 20;
    private static final EventOptions OPTIONS = new EventOptions(Duration.ofSeconds(100), SIZE, Optional.empty());

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final HandleTable handles = new HandleTable(vertx, Duration.ofSeconds(10));
    private Store store;
    private EventService events;

    @BeforeEach
    void start() {
        Services.prepare(vertx);
        store = Store.open(folder.resolve("e.db"), Store.Durability.PROCESS, List.of());
        await(vertx.deployVerticle(new EventsVerticle(OPTIONS, store, handles)));
        events = Services.client(vertx, EventService.class);
    }

    @AfterEach
    void stop() {
        await(vertx.close());
        store.close();
    }

    @Test
    void slowReader_missesNothingAndReadsInOrder() throws InterruptedException {
        TestSubscriber<Event> reader = subscribe(FROM_THE_FIRST, 0);
        for (int i = 0; i < 5000; i++) {
            announce("start", "c" + i, Map.of());
        }
        // More than memory keeps has gone by before the first is asked for.
        reader.request(10);
        reader.awaitCount(10);
        assertThat(reader.values()).hasSize(10);
        reader.request(Long.MAX_VALUE);
        reader.awaitCount(5000);
        assertThat(reader.values())
                .extracting(Event::seq)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 5000).boxed().toList());
        reader.cancel();
        Awaitility.await().until(() -> await(events.listeners()) == 0);
    }

    /** One at a time, the next in the same breath: no turn of the loop for each, and no look at the disk. */
    @Test
    void reader_thatAsksWhileItIsGiven_getsThePagesWhole() throws InterruptedException {
        for (int i = 0; i < 5000; i++) {
            announce("start", "c" + i, Map.of());
        }
        List<Integer> turns = new ArrayList<>();
        int[] turn = {0};
        TestSubscriber<Event> reader = new TestSubscriber<>(1) {
            @Override
            public void onNext(Event event) {
                super.onNext(event);
                turns.add(turn[0]);
                request(1);
                Vertx.currentContext().runOnContext(next -> turn[0]++);
            }
        };
        handles.take(await(events.subscribe(FROM_THE_FIRST))).subscribe(reader);
        reader.awaitCount(5000);
        assertThat(reader.values())
                .extracting(Event::seq)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 5000).boxed().toList());
        assertThat(turns.stream().distinct().count()).isLessThan(5000 / 15);
        reader.cancel();
    }

    @Test
    void since_readsWhatWasBeforeAndUntilEnds() {
        announce("create", "a", Map.of());
        long between = Times.nowNanos();
        announce("start", "a", Map.of());
        announce("die", "a", Map.of("exitCode", "3"));
        TestSubscriber<Event> reader =
                subscribe(new EventQuery(between, Times.nowNanos() + 1, -1, Filters.NONE), Long.MAX_VALUE);
        assertThat(reader.awaitDone(10, TimeUnit.SECONDS).values())
                .extracting(Event::action)
                .containsExactly("start", "die");
        reader.assertComplete();
    }

    @Test
    void filters_holdByKeyAndAlternateByValue() {
        announce("create", "abc", Map.of("image", "busybox:latest", "name", "web", "colour", "red"));
        announce("exec_start: sh", "abc", Map.of("image", "busybox:latest", "name", "web"));
        announce("die", "abc", Map.of("image", "busybox:latest", "name", "web"));
        assertThat(actions(Map.of("event", List.of("create", "die")))).containsExactly("create", "die");
        assertThat(actions(Map.of("event", List.of("exec_start")))).containsExactly("exec_start: sh");
        assertThat(actions(Map.of("container", List.of("web")))).hasSize(3);
        assertThat(actions(Map.of("image", List.of("busybox")))).hasSize(3);
        assertThat(actions(Map.of("label", List.of("colour=red")))).containsExactly("create");
        assertThat(actions(Map.of("type", List.of("volume")))).isEmpty();
        assertThatThrownBy(() -> actions(Map.of("nonsense", List.of("x"))))
                .hasMessageContaining("invalid filter 'nonsense'");
    }

    @Test
    void filters_asDocker_byBeginningsAndImagesWithoutTags() {
        announce("exec_create: sh -c x", "abc", Map.of("image", "reg:5000/box:1", "name", "web"));
        announce("health_status: healthy", "abc", Map.of("image", "reg:5000/box:1", "name", "web"));
        announce("exec_die", "abc", Map.of("image", "reg:5000/box:1", "name", "web"));
        await(store.write(tx -> tx.announce("network", "create", "n1", Map.of("name", "web_default"))));
        await(store.write(tx -> tx.announce("image", "pull", "box:1", Map.of("name", "box"))));
        assertThat(actions(Map.of("event", List.of("exec_create")))).containsExactly("exec_create: sh -c x");
        assertThat(actions(Map.of("event", List.of("health_status")))).containsExactly("health_status: healthy");
        assertThat(actions(Map.of("event", List.of("exec_create: sh -c x")))).hasSize(1);
        assertThat(actions(Map.of("event", List.of("exec_di")))).isEmpty();
        assertThat(actions(Map.of("container", List.of("we")))).hasSize(4);
        assertThat(actions(Map.of("image", List.of("reg:5000/box")))).hasSize(3);
        assertThat(actions(Map.of("image", List.of("box")))).containsExactly("pull");
        assertThat(actions(Map.of("scope", List.of("swarm")))).isEmpty();
        assertThat(actions(Map.of("node", List.of("x")))).isEmpty();
    }

    @Test
    void position_thatIsGone_isRefusedWithTheOldestKept() {
        announceMany(10);
        await(store.write(tx -> tx.update("UPDATE journal SET time_ns = seq WHERE seq < 4")));
        Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(() -> subscribe(new EventQuery(0, 0, 1, Filters.NONE), 1))
                        .hasRootCauseMessage("events up to 3 are no longer kept; the oldest is 4"));
        assertThatThrownBy(() -> subscribe(new EventQuery(1, 0, -1, Filters.NONE, true), 1))
                .hasRootCauseMessage("events up to 3 are no longer kept; the oldest is 4");
        // Docker's way: what there is.
        TestSubscriber<Event> lenient =
                subscribe(new EventQuery(1, Times.nowNanos(), -1, Filters.NONE), Long.MAX_VALUE);
        assertThat(lenient.awaitDone(10, TimeUnit.SECONDS).values())
                .extracting(Event::seq)
                .containsExactly(4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    /** After the data root was replaced: who waits there would miss everything until then. */
    @Test
    void position_beyondTheNewest_isRefusedWithTheNewest() {
        announceMany(3);
        assertThatThrownBy(() -> subscribe(new EventQuery(0, 0, 4, Filters.NONE, true), 1))
                .hasRootCauseMessage("event 4 is not in this journal; the newest is 3")
                .rootCause()
                .isInstanceOfSatisfying(
                        WharfException.class, gone -> assertThat(gone.kind()).isEqualTo(ErrorKind.GONE));
        subscribe(new EventQuery(0, 0, 3, Filters.NONE, true), 1).assertNoErrors();
    }

    @Test
    void reader_thatStandsStillWhileItsPlaceGoes_isTold() throws InterruptedException {
        announceMany(2);
        TestSubscriber<Event> reader = subscribe(FROM_THE_FIRST, 2);
        reader.awaitCount(2);
        announceMany(10);
        await(store.write(tx -> tx.update("UPDATE journal SET time_ns = seq WHERE seq < 6")));
        assertThat(reader.awaitDone(20, TimeUnit.SECONDS).values()).hasSize(2);
        reader.assertError(gone -> gone.getMessage().equals("events up to 5 are no longer kept; the oldest is 6"));
    }

    @Test
    void journal_beyondItsSize_isTrimmedToIt() {
        int each = new Event(1, 1, "container", "create", "c", Map.of("name", "x".repeat(1000))).storedBytes();
        announceMany(SIZE / each * 3);
        Awaitility.await().untilAsserted(() -> {
            long kept = await(store.read("SELECT count(*) FROM journal", row -> row.number(1)))
                    .getFirst();
            assertThat(kept * each).isBetween(SIZE - 3L * each, SIZE + SIZE / 32L);
        });
        long stored = await(store.read("SELECT sum(pgsize) FROM dbstat WHERE name = 'journal'", row -> row.number(1)))
                .getFirst();
        // As stored: pages are full but for a rest.
        assertThat(stored).isBetween(SIZE * 9L / 10, SIZE * 13L / 10);
    }

    @Test
    void trim_keepsTheNewestForTheNextStartToCountOn() {
        announceMany(3);
        await(store.write(tx -> tx.update("UPDATE journal SET time_ns = seq")));
        Awaitility.await()
                .untilAsserted(() -> assertThat(await(store.read("SELECT seq FROM journal", row -> row.number(1))))
                        .containsExactly(3L));
    }

    @Test
    void stop_tellsReadersToComeBack() {
        TestSubscriber<Event> reader = subscribe(FROM_THE_FIRST, 1);
        vertx.deploymentIDs().forEach(id -> await(vertx.undeploy(id)));
        reader.awaitDone(10, TimeUnit.SECONDS)
                .assertError(end -> end instanceof WharfException ours && ours.kind() == ErrorKind.UNAVAILABLE);
    }

    private void announceMany(int count) {
        for (int i = 0; i < count; i++) {
            store.write(tx -> tx.announce("container", "create", "c", Map.of("name", "x".repeat(1000))));
        }
        await(store.write(tx -> true));
    }

    private List<String> actions(Map<String, List<String>> filters) {
        return subscribe(new EventQuery(1, Times.nowNanos() + 1, -1, new Filters(filters)), Long.MAX_VALUE)
                .awaitDone(10, TimeUnit.SECONDS)
                .values()
                .stream()
                .map(Event::action)
                .toList();
    }

    private TestSubscriber<Event> subscribe(EventQuery query, long demand) {
        TestSubscriber<Event> reader = new TestSubscriber<>(demand);
        handles.take(await(events.subscribe(query))).subscribe(reader);
        return reader;
    }

    private void announce(String action, String id, Map<String, String> attributes) {
        Future<Event> written = store.write(tx -> tx.announce("container", action, id, attributes));
        if (!action.equals("start")) {
            await(written);
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
