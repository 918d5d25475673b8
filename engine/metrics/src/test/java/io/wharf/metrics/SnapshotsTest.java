package io.wharf.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.wharf.base.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    @Test
    void buckets_areCountedUp_asPrometheusWantsThem() throws IOException {
        Metrics.Family<Metrics.Durations> family = Metrics.durations("page_seconds", "Pages.", "kind");
        family.of("short").record(TimeUnit.MILLISECONDS.toNanos(1));
        family.of("short").record(TimeUnit.SECONDS.toNanos(2));
        assertThat(written(family))
                .contains("page_seconds_bucket{kind=\"short\",le=\"0.001\"} 1\n")
                .contains("page_seconds_bucket{kind=\"short\",le=\"2.5\"} 2\n")
                .contains("page_seconds_bucket{kind=\"short\",le=\"+Inf\"} 2\n")
                .contains("page_seconds_count{kind=\"short\"} 2\n")
                .contains("page_seconds_sum{kind=\"short\"} 2.001\n");
    }

    @Test
    void counter_keepsItsName() throws IOException {
        Metrics.Family<Metrics.Counter> family = Metrics.counters("pages_total", "Pages.");
        family.of().add(7);
        assertThat(written(family)).contains("# TYPE pages_total counter\npages_total 7.0\n");
    }

    private static String written(Metrics.Family<?> family) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.builder().build().write(text, new MetricSnapshots(Snapshots.of(family)));
        return text.toString(StandardCharsets.UTF_8);
    }
}
