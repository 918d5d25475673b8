package io.wharf.events.kafka;

import io.wharf.base.WharfException;
import io.wharf.contracts.SinkOptions;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;

/** What the producer is told: by the user, but for what the promises of a sink stand on. */
final class ProducerProperties {
    /** At least once and in order hang on these. */
    private static final Set<String> FIXED = Set.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
            ProducerConfig.RETRIES_CONFIG,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG);

    /** The others need libraries with machine code, which are not here. */
    private static final Set<String> COMPRESSIONS = Set.of("none", "gzip", "zstd");

    /** More than a batch, and little of the engine's heap. */
    private static final long BUFFER_BYTES = 4L << 20;

    private ProducerProperties() {}

    static void check(Map<String, String> properties) {
        properties.forEach((key, value) -> {
            if (FIXED.contains(key)) {
                throw WharfException.invalid("properties: " + key + " cannot be set: the sink's promises hang on it");
            }
            if (!ProducerConfig.configNames().contains(key)) {
                throw WharfException.invalid("properties: Kafka's producer has no " + key);
            }
            if (key.equals(ProducerConfig.COMPRESSION_TYPE_CONFIG) && !COMPRESSIONS.contains(value)) {
                throw WharfException.invalid("properties: " + key + " must be none, gzip or zstd: " + value);
            }
        });
    }

    /** Reads the file, too. */
    static Map<String, Object> of(SinkOptions.Kafka options) throws IOException {
        Map<String, Object> all = new HashMap<>();
        // No beans of management, and nothing about the engine to the brokers.
        all.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, List.of());
        all.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        all.put(ProducerConfig.CLIENT_ID_CONFIG, "wharf-" + options.name());
        all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        all.putAll(options.properties());
        if (options.propertiesFile() != null) {
            all.putAll(read(options));
        }
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, options.servers());
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        all.put(
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                Math.max(1, options.timeout().toMillis()));
        // A message that Kafka gives up may be overtaken by the next. So it gives up none: the sink does, with all of
        // them.
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        return all;
    }

    private static Map<String, String> read(SinkOptions.Kafka options) throws IOException {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(java.util.Objects.requireNonNull(options.propertiesFile()))) {
            file.load(reader);
        }
        Map<String, String> read = new HashMap<>();
        file.stringPropertyNames().forEach(key -> read.put(key, file.getProperty(key)));
        check(read);
        return read;
    }
}
