package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MetricsTest {
    @Test
    void series_areKeptByTheirLabels() {
        Metrics.Family<Metrics.Counter> family = Metrics.counters("test_pulls_total", "Pulls.", "result");
        family.of("ok").add(2);
        Metrics.counters("test_pulls_total", "Pulls.", "result").of("ok").add(1);
        family.of("failed").add(5);
        assertThat(family.of("ok").sum()).isEqualTo(3);
        assertThat(Metrics.families()).contains(family);
        assertThatThrownBy(() -> family.of("ok", "again")).hasMessageContaining("[result]");
    }

    @Test
    void durations_fallIntoTheBucketWhoseEndTheyDoNotPass() {
        Metrics.Durations durations =
                Metrics.durations("test_steps_seconds", "Steps.").of();
        durations.record(TimeUnit.MILLISECONDS.toNanos(1));
        durations.record(TimeUnit.MILLISECONDS.toNanos(2));
        durations.record(TimeUnit.MINUTES.toNanos(1));
        assertThat(durations.count(0)).isEqualTo(1);
        assertThat(durations.count(1)).isEqualTo(1);
        assertThat(durations.count(Metrics.BUCKETS.size())).isEqualTo(1);
        assertThat(durations.seconds()).isEqualTo(60.003);
    }
}
