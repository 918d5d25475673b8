package io.wharf.events.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
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
import io.wharf.events.EventsVerticle;
import io.wharf.streams.HandleTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class KafkaSinkTest {
    private static final String TOPIC = "wharf.events";
    private static final int OBJECTS = 7;
    private static final int LARGEST = 50_000;
    /** The one that is larger. */
    private static final long LOST = 1601;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private Store store;
    private String deployment = "";
    private int announced;

    @BeforeEach
    void open() {
        // As in the engine: each attempt to connect would be told.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        Services.prepare(vertx);
        store = Store.open(folder.resolve("e.db"), Store.Durability.PROCESS, List.of(EventsVerticle.schema()));
    }

    @AfterEach
    void close() {
        await(vertx.close());
        store.close();
    }

    @Test
    void everyEvent_arrivesInTheOrderOfItsObject_overDeathsOfBroker_andSink() throws Exception {
        Path secrets = folder.resolve("kafka.properties");
        Files.writeString(secrets, secretsFor("wrong"));
        try (Broker broker = new Broker(Files.createDirectory(folder.resolve("broker")))) {
            SinkOptions kafka = kafka(broker.port, secrets);
            SinkOptions lines = new SinkOptions.Lines(
                    "lines", Start.OLDEST, Filters.NONE, folder.resolve("lines"), Duration.ofMillis(20), 0, 5);
            start(kafka, lines);
            announce(300);
            // Nobody is there; nobody else waits for that.
            until(() -> lines().size() == 300);
            until(() -> state().state().equals("waiting"));
            broker.start();
            until(() -> String.valueOf(state().lastError()).contains("Authentication failed"));
            Files.writeString(secrets, secretsFor("secret"));
            until(() -> state().cursor() == 300 && state().lastError() == null);

            announce(500);
            until(() -> state().cursor() > 300);
            broker.kill();
            announce(200);
            until(() -> lines().size() == 1000 && state().state().equals("waiting"));
            broker.start();
            until(() -> state().cursor() == 1000);

            announce(500);
            await(vertx.undeploy(deployment));
            announce(100);
            start(kafka, lines);
            until(() -> state().cursor() == 1600);

            announce("x".repeat(LARGEST), 1);
            announce(5);
            until(() -> state().cursor() == 1606 && state().lost() == 1);
            check(broker.read(TOPIC));
        }
    }

    /** Whoever cannot be who it says gets no event and no password; what waits comes once it is right. */
    @Test
    void tls_trustsItsAuthorityAlone_andTheNameThatIsAskedFor() throws Exception {
        try (Broker broker = new Broker(Files.createDirectory(folder.resolve("broker")))) {
            broker.start();
            Path secrets = folder.resolve("kafka.properties");
            Files.writeString(secrets, tls("other"));
            announce(10);
            start(kafka(broker.tlsPort, secrets));
            until(() -> String.valueOf(state().lastError()).contains("certification path"));
            Files.writeString(secrets, tls("none"));
            until(() -> String.valueOf(state().lastError()).contains("none.pem"));
            assertThat(state().cursor()).isZero();
            Files.writeString(secrets, tls("ca"));
            until(() -> state().cursor() == 10 && state().lastError() == null);
            await(vertx.undeploy(deployment));

            announce(10);
            start(kafka(broker.misnamedPort, secrets));
            until(() -> String.valueOf(state().lastError()).contains("matching"));
            assertThat(state().cursor()).isEqualTo(10);
            await(vertx.undeploy(deployment));
            start(kafka(broker.tlsPort, secrets));
            until(() -> state().cursor() == 20);
            check(broker.read(TOPIC));
        }
    }

    private String tls(String authority) {
        return secretsFor("secret").replace("SASL_PLAINTEXT", "SASL_SSL") + "\nssl.truststore.type=PEM\n"
                + "ssl.truststore.location="
                + folder.resolve("broker").resolve(authority + ".pem") + "\n";
    }

    /** Each event is there, those of one object first came in order, and each is what the binding of CloudEvents asks for. */
    private void check(List<ConsumerRecord<String, byte[]>> records) throws Exception {
        Map<String, Long> last = new HashMap<>();
        Set<Long> seen = new TreeSet<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            JsonNode event = Json.MAPPER.readTree(record.value());
            long seq = event.get("wharfseq").asLong();
            assertThat(record.key()).isEqualTo(event.get("subject").asText()).isEqualTo("c" + (seq - 1) % OBJECTS);
            assertThat(new String(record.headers().lastHeader("content-type").value(), StandardCharsets.UTF_8))
                    .isEqualTo("application/cloudevents+json; charset=UTF-8");
            assertThat(event.get("type").asText()).isEqualTo("io.wharf.container.start");
            if (seen.add(seq)) {
                assertThat(seq).isGreaterThan(last.getOrDefault(record.key(), 0L));
                last.put(record.key(), seq);
            }
        }
        assertThat(seen)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, announced)
                        .filter(seq -> seq != LOST)
                        .boxed()
                        .toList());
    }

    @Test
    void propertiesThatBreakThePromises_refuseTheStart() {
        refused("acks cannot be set", Map.of("acks", "1"));
        refused("Kafka's producer has no colour", Map.of("colour", "red"));
        refused("must be none, gzip or zstd: lz4", Map.of("compression.type", "lz4"));
    }

    private void refused(String words, Map<String, String> properties) {
        assertThatThrownBy(() -> start(kafka(1, null, properties)))
                .hasMessageContaining("event sink kafka: properties: ")
                .hasMessageContaining(words);
    }

    private static SinkOptions kafka(int port, Path secrets) {
        return kafka(port, secrets, Map.of("compression.type", "gzip", "max.request.size", "" + LARGEST));
    }

    private static SinkOptions kafka(
            int port, @org.jspecify.annotations.Nullable Path secrets, Map<String, String> properties) {
        return new SinkOptions.Kafka(
                "kafka",
                Start.OLDEST,
                Filters.NONE,
                List.of("127.0.0.1:" + port),
                TOPIC,
                Duration.ofSeconds(2),
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                properties,
                secrets);
    }

    private static String secretsFor(String password) {
        return Broker.login(password).entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining("\n"));
    }

    private void start(SinkOptions... options) {
        deployment = await(vertx.deployVerticle(
                new EventsVerticle(EventOptions.USUAL, store, new HandleTable(vertx, Duration.ofSeconds(10)))
                        .with(List.of(options), "ENGINE", "test")));
    }

    private SinkState state() {
        return await(Services.client(vertx, EventSinkService.class).sinks()).getFirst();
    }

    private List<String> lines() throws Exception {
        return Files.exists(folder.resolve("lines")) ? Files.readAllLines(folder.resolve("lines")) : List.of();
    }

    /** By turns of some objects. */
    private void announce(int count) {
        announce("", count);
    }

    private void announce(String label, int count) {
        int first = announced;
        announced += count;
        await(store.write(tx -> {
            for (int i = first; i < first + count; i++) {
                tx.announce("container", "start", "c" + i % OBJECTS, Map.of("label", label));
            }
            return true;
        }));
    }

    private static void until(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
