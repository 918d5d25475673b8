package io.wharf.events.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Json;
import io.wharf.base.Store;
import io.wharf.contracts.EventOptions;
import io.wharf.contracts.EventSinkService;
import io.wharf.contracts.EventSinkService.SinkState;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Services;
import io.wharf.contracts.SinkOptions;
import io.wharf.contracts.SinkOptions.Start;
import io.wharf.contracts.SinkOptions.Tls;
import io.wharf.events.EventsVerticle;
import io.wharf.streams.HandleTable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SinksTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private Store store;
    private Receiver receiver;
    private String deployment = "";

    @BeforeEach
    void open() throws Exception {
        Services.prepare(vertx);
        store = Store.open(folder.resolve("e.db"), Store.Durability.PROCESS, List.of(EventsVerticle.schema()));
        receiver = new Receiver(0);
    }

    @AfterEach
    void close() {
        await(vertx.close());
        store.close();
        receiver.close();
    }

    @Test
    void webhook_getsSignedCloudEvents() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret\n");
        start(webhook(1, secret, Filters.NONE, Duration.ofSeconds(5)));
        announce("container", "exec_create: ls -l", "abc", Map.of("image", "busybox"));
        until(() -> receiver.accepted().size() == 1);
        Receiver.Taken taken = receiver.requests.getFirst();
        assertThat(taken.contentType()).isEqualTo("application/cloudevents+json; charset=utf-8");
        String seconds = String.valueOf(taken.signature()).replaceAll("t=([0-9]+),.*", "$1");
        assertThat(taken.signature())
                .isEqualTo(Signature.of(
                        "s3cret".getBytes(StandardCharsets.UTF_8),
                        Long.parseLong(seconds),
                        taken.body().getBytes(StandardCharsets.UTF_8)));
        JsonNode event = Json.MAPPER.readTree(taken.body());
        assertThat(event.get("specversion").asText()).isEqualTo("1.0");
        assertThat(event.get("id").asText()).isEqualTo("ENGINE-1");
        assertThat(event.get("source").asText()).isEqualTo("urn:wharf:engine:ENGINE");
        assertThat(event.get("type").asText()).isEqualTo("io.wharf.container.exec_create");
        assertThat(event.get("subject").asText()).isEqualTo("abc");
        assertThat(event.get("data").get("Action").asText()).isEqualTo("exec_create: ls -l");
        assertThat(event.get("data").get("Actor").get("Attributes").get("image").asText())
                .isEqualTo("busybox");
    }

    @Test
    void receiverThatFailsIsSlowAndDies_getsAllInOrder() throws Exception {
        receiver.manners = (exchange, number) -> switch (number) {
            case 2 -> 500;
            case 4 -> {
                exchange.getResponseHeaders().set("Retry-After", "0");
                yield 503;
            }
            // Says nothing at all.
            case 6 -> 0;
            case 8 -> 302;
            default -> 204;
        };
        start(webhook(1, null, Filters.NONE, Duration.ofMillis(500)));
        for (int i = 0; i < 10; i++) {
            announce("container", "start", "c" + i, Map.of());
        }
        // On a busy machine an answer may come too late, and what it was for comes twice.
        until(() -> receiver.accepted().stream().distinct().toList().equals(numbers(1, 10)));
        until(() -> state().cursor() == 10);
        assertThat(state().failures()).isGreaterThanOrEqualTo(4);
        assertThat(state().lastError()).isNull();
        int port = receiver.port();
        receiver.close();
        announce("container", "start", "late", Map.of());
        until(() -> state().state().equals("waiting"));
        assertThat(state().lastError()).contains("http://localhost:" + port).doesNotContain("/hook");
        receiver = new Receiver(port);
        until(() -> receiver.accepted().stream().distinct().toList().equals(List.of(11L)));
    }

    @Test
    void eventWithoutAnObject_hasNoSubject() throws Exception {
        start(webhook(1, null, Filters.NONE, Duration.ofSeconds(5)));
        announce("network", "prune", "", Map.of("reclaimed", "0"));
        until(() -> receiver.accepted().size() == 1);
        JsonNode event = Json.MAPPER.readTree(receiver.requests.getFirst().body());
        assertThat(event.has("subject")).isFalse();
        assertThat(event.get("data").get("Actor").get("ID").asText()).isEmpty();
    }

    /** In a batch and alone: the one event that is refused is lost, all others arrive in order. */
    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void eventThatIsRefused_isLostAndHoldsNoneUp(int batch) throws Exception {
        receiver.bodies = body -> body.contains("ENGINE-3\"") ? 422 : 204;
        start(webhook(batch, null, Filters.NONE, Duration.ofSeconds(5)));
        announceMany(6);
        until(() -> state().cursor() == 6);
        assertThat(receiver.accepted()).containsExactly(1L, 2L, 4L, 5L, 6L);
        assertThat(state().lost()).isEqualTo(1);
        assertThat(state().lastError()).isNull();
        assertThat(receiver.requests).filteredOn(taken -> taken.status() == 422).hasSizeGreaterThanOrEqualTo(10);
    }

    @Test
    void retryAfter_isWaitedFor() throws Exception {
        receiver.manners = (exchange, number) -> {
            exchange.getResponseHeaders().set("Retry-After", "1");
            return number == 1 ? 429 : 200;
        };
        start(webhook(1, null, Filters.NONE, Duration.ofSeconds(5)));
        long begun = System.nanoTime();
        announce("container", "start", "c", Map.of());
        until(() -> receiver.accepted().size() == 1);
        // Alone it would have come back after 10 ms.
        assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(900));
    }

    @Test
    void nextLife_goesOnWhereTheLastOneStopped() throws Exception {
        SinkOptions options = webhook(100, null, Filters.NONE, Duration.ofSeconds(5));
        start(options);
        announceMany(1000);
        until(() -> receiver.accepted().size() == 1000);
        await(vertx.undeploy(deployment));
        // Nobody is there for these.
        announceMany(10);
        start(options);
        until(() -> receiver.accepted().size() >= 1010);
        assertThat(receiver.accepted()).containsExactlyElementsOf(numbers(1, 1010));
        assertThat(receiver.requests.getFirst().contentType()).startsWith("application/cloudevents-batch+json");
    }

    @Test
    void trimmedEvents_areToldByAGap() throws Exception {
        SinkOptions options = webhook(1, null, Filters.NONE, Duration.ofSeconds(5));
        start(options);
        announce("container", "start", "c", Map.of());
        until(() -> state().cursor() == 1);
        await(vertx.undeploy(deployment));
        announceMany(10);
        await(store.write(tx -> tx.update("DELETE FROM journal WHERE seq < 8")));
        start(options);
        until(() -> receiver.accepted().size() == 6);
        assertThat(receiver.accepted()).containsExactly(1L, 7L, 8L, 9L, 10L, 11L);
        JsonNode gap = Json.MAPPER.readTree(receiver.requests.get(1).body());
        assertThat(gap.get("type").asText()).isEqualTo("io.wharf.sink.gap");
        assertThat(gap.get("data").get("Actor").get("Attributes").toString())
                .isEqualTo("{\"events\":\"6\",\"first\":\"2\",\"last\":\"7\"}");
        assertThat(state().lost()).isEqualTo(6);
    }

    @Test
    void newSink_beginsWhereItIsTold() throws Exception {
        start(lines("first", Start.OLDEST, Filters.NONE));
        announceMany(3);
        until(() -> written("first").size() == 3);
        await(vertx.undeploy(deployment));
        start(lines("now", Start.NOW, Filters.NONE), lines("oldest", Start.OLDEST, Filters.NONE));
        announceMany(2);
        until(() -> written("oldest").size() == 5 && written("now").size() == 2);
        assertThat(written("now")).containsExactly(4L, 5L);
    }

    @Test
    void unwantedEvents_moveThePlaceToo() throws Exception {
        start(lines("stops", Start.NOW, new Filters(Map.of("event", List.of("die")))));
        announceMany(700);
        announce("container", "die", "c", Map.of());
        announceMany(5);
        until(() -> written("stops").equals(List.of(701L)) && state().cursor() == 706);
        assertThat(state().lag()).isZero();
    }

    @Test
    void deadReceiver_holdsNobodyElse() throws Exception {
        receiver.manners = (exchange, number) -> 0;
        start(webhook(1, null, Filters.NONE, Duration.ofSeconds(30)), lines("other", Start.NOW, Filters.NONE));
        announceMany(3000);
        until(() -> written("other").size() == 3000);
        assertThat(written("other")).containsExactlyElementsOf(numbers(1, 3000));
        assertThat(receiver.requests).hasSize(1);
    }

    @Test
    void unwritableFile_isTriedAgain() throws Exception {
        Path blocked = Files.createDirectory(folder.resolve("late"));
        start(lines("late", Start.NOW, Filters.NONE));
        announceMany(3);
        until(() -> state().state().equals("waiting"));
        assertThat(state().lastError()).contains("no regular file");
        Files.delete(blocked);
        await(service().reopen());
        until(() -> written("late").equals(List.of(1L, 2L, 3L)));
    }

    @Test
    void unknownFilter_refusesTheStart() {
        SinkOptions options = lines("odd", Start.NOW, new Filters(Map.of("colour", List.of("red"))));
        assertThatThrownBy(() -> start(options)).hasMessageContaining("event sink odd: invalid filter 'colour'");
    }

    @Test
    void kafkaWithoutItsLibraries_refusesTheStart() {
        SinkOptions options = new SinkOptions.Kafka(
                "k",
                Start.NOW,
                Filters.NONE,
                List.of("k:1"),
                "t",
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Map.of(),
                null);
        assertThatThrownBy(() -> start(options))
                .hasMessageContaining("event sink k: type kafka: its libraries are not");
    }

    private void start(SinkOptions... options) {
        deployment = await(vertx.deployVerticle(
                new EventsVerticle(EventOptions.USUAL, store, new HandleTable(vertx, Duration.ofSeconds(10)))
                        .with(List.of(options), "ENGINE", "test")));
    }

    private EventSinkService service() {
        return Services.client(vertx, EventSinkService.class);
    }

    /** Of the first one. */
    private SinkState state() {
        return await(service().sinks()).getFirst();
    }

    private SinkOptions webhook(
            int batch, @org.jspecify.annotations.Nullable Path secret, Filters filters, Duration timeout) {
        return new SinkOptions.Webhook(
                "hook",
                Start.NOW,
                filters,
                URI.create("http://localhost:" + receiver.port() + "/hook?token=t"),
                batch,
                secret,
                Map.of("X-Mine", "1"),
                timeout,
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Tls.USUAL);
    }

    private SinkOptions lines(String name, Start start, Filters filters) {
        return new SinkOptions.Lines(name, start, filters, folder.resolve(name), Duration.ofMillis(20), 0, 5);
    }

    private List<Long> written(String name) throws Exception {
        List<Long> numbers = new ArrayList<>();
        Path file = folder.resolve(name);
        if (Files.isRegularFile(file)) {
            for (String line : Files.readAllLines(file)) {
                numbers.add(Json.MAPPER.readTree(line).get("seq").asLong());
            }
        }
        return numbers;
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private void announceMany(int count) {
        await(store.write(tx -> {
            for (int i = 0; i < count; i++) {
                tx.announce("container", "start", "c" + i, Map.of());
            }
            return true;
        }));
    }

    private void announce(String type, String action, String id, Map<String, String> attributes) {
        await(store.write(tx -> tx.announce(type, action, id, attributes)));
    }

    private static void until(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
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
