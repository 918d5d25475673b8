package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's client comes from its folder when it is asked for; brokers that are away hold nobody. What it does is tested there. */
@WharfOnly("it has no sinks")
class KafkaSinkTest {
    @TempDir
    private static Path folder = Path.of("/");

    @Test
    void absentBrokers_holdNobody() throws IOException {
        Path config = Files.writeString(folder.resolve("daemon.json"), """
                {"event-sinks": [
                  {"name": "bus", "type": "kafka", "servers": ["127.0.0.1:1"], "topic": "events", "start": "oldest",
                   "timeout": "300ms", "retry-min": "20ms", "retry-max": "5s",
                   "properties": {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "compression.type": "zstd",
                     "sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required username=u password=p;"}}
                ]}
                """);
        try (Engine engine = new Engine(new Machine(), "--config-file", config.toString())) {
            engine.start();
            engine.docker().run("volume", "create", "vol").ok();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(
                                    engine.http().get("/wharf/v1/event-sinks").body())
                            .contains("127.0.0.1:1/events: Topic events not present in metadata after 300 ms"));
            engine.docker().run("volume", "rm", "vol").ok();
            engine.stop();
        }
    }
}
