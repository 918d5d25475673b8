package io.wharf.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What containers use, put together from the samples that {@code docker stats} gets. */
final class ContainerUse {
    private final Map<String, String> help = new LinkedHashMap<>();
    private final Map<String, List<CounterDataPointSnapshot>> counters = new LinkedHashMap<>();
    private final Map<String, List<GaugeDataPointSnapshot>> gauges = new LinkedHashMap<>();

    void add(ContainerSummary container, Buffer json) {
        JsonNode sample;
        try {
            sample = Json.MAPPER.readTree(json.getBytes());
        } catch (IOException e) {
            return;
        }
        Labels labels = Labels.of("id", container.id(), "name", name(container), "image", container.image());
        JsonNode cpu = sample.path("cpu_stats").path("cpu_usage");
        counter("wharf_container_cpu_seconds_total", "Processor time.", labels, seconds(cpu.path("total_usage")));
        JsonNode throttled = sample.path("cpu_stats").path("throttling_data").path("throttled_time");
        counter("wharf_container_cpu_throttled_seconds_total", "Time held back.", labels, seconds(throttled));
        JsonNode memory = sample.path("memory_stats");
        gauge("wharf_container_memory_bytes", "Memory in use, with the page cache.", labels, memory.path("usage"));
        gauge("wharf_container_memory_limit_bytes", "The most it may use.", labels, memory.path("limit"));
        gauge(
                "wharf_container_processes",
                "Processes and threads.",
                labels,
                sample.path("pids_stats").path("current"));
        network(sample.path("networks"), labels);
        for (JsonNode part : sample.path("blkio_stats").path("io_service_bytes_recursive")) {
            String operation = part.path("op").asText().toLowerCase(Locale.ROOT);
            if (operation.equals("read") || operation.equals("write")) {
                Labels device = labels.add("operation", operation)
                        .add(
                                "device",
                                part.path("major").asText() + ":"
                                        + part.path("minor").asText());
                counter(
                        "wharf_container_io_bytes_total",
                        "Bytes to and from disks.",
                        device,
                        number(part.path("value")));
            }
        }
    }

    private void network(JsonNode links, Labels labels) {
        links.properties().forEach(link -> {
            Labels of = labels.add("interface", link.getKey());
            JsonNode values = link.getValue();
            counter("wharf_container_received_bytes_total", "Bytes received.", of, number(values.path("rx_bytes")));
            counter("wharf_container_sent_bytes_total", "Bytes sent.", of, number(values.path("tx_bytes")));
            counter("wharf_container_receive_drops_total", "Packets dropped.", of, number(values.path("rx_dropped")));
            counter("wharf_container_send_drops_total", "Packets dropped.", of, number(values.path("tx_dropped")));
        });
    }

    private static String name(ContainerSummary container) {
        return container.names().isEmpty() ? "" : container.names().getFirst().substring(1);
    }

    private static double seconds(JsonNode nanos) {
        return number(nanos) / TimeUnit.SECONDS.toNanos(1);
    }

    private static double number(JsonNode value) {
        return value.asDouble(0);
    }

    private void counter(String name, String text, Labels labels, double value) {
        help.put(name, text);
        counters.computeIfAbsent(name, first -> new ArrayList<>())
                .add(new CounterDataPointSnapshot(value, labels, null, 0));
    }

    private void gauge(String name, String text, Labels labels, JsonNode value) {
        if (value.isNumber()) {
            help.put(name, text);
            gauges.computeIfAbsent(name, first -> new ArrayList<>())
                    .add(new GaugeDataPointSnapshot(number(value), labels, null));
        }
    }

    List<MetricSnapshot> snapshots() {
        List<MetricSnapshot> all = new ArrayList<>();
        counters.forEach((name, points) -> all.add(Snapshots.counter(name, help.getOrDefault(name, ""), points)));
        gauges.forEach((name, points) -> all.add(Snapshots.gauge(name, help.getOrDefault(name, ""), points)));
        return all;
    }
}
