package io.wharf.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.wharf.base.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the engine counts by itself, in the exposition library's words. */
final class Snapshots {
    private static final String COUNTER_SUFFIX = "_total";

    private Snapshots() {}

    static MetricSnapshot of(Metrics.Family<?> family) {
        List<CounterDataPointSnapshot> counters = new ArrayList<>();
        List<GaugeDataPointSnapshot> gauges = new ArrayList<>();
        List<HistogramDataPointSnapshot> histograms = new ArrayList<>();
        for (Map.Entry<List<String>, ?> series : family.series().entrySet()) {
            Labels labels = Labels.of(family.labels(), series.getKey());
            switch (series.getValue()) {
                case Metrics.Counter counter ->
                    counters.add(new CounterDataPointSnapshot(counter.sum(), labels, null, 0));
                case Metrics.Gauge gauge -> gauges.add(new GaugeDataPointSnapshot(gauge.value(), labels, null));
                case Metrics.Durations durations -> histograms.add(histogram(durations, labels));
                default -> throw new IllegalStateException(family.name() + " is of no known kind");
            }
        }
        if (!counters.isEmpty()) {
            return new CounterSnapshot(metadata(withoutSuffix(family.name()), family.help()), counters);
        }
        return gauges.isEmpty()
                ? new HistogramSnapshot(metadata(family.name(), family.help()), histograms)
                : new GaugeSnapshot(metadata(family.name(), family.help()), gauges);
    }

    private static HistogramDataPointSnapshot histogram(Metrics.Durations durations, Labels labels) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int bucket = 0; bucket < Metrics.BUCKETS.size(); bucket++) {
            buckets.bucket(Metrics.BUCKETS.get(bucket), durations.count(bucket));
        }
        buckets.bucket(Double.POSITIVE_INFINITY, durations.count(Metrics.BUCKETS.size()));
        return HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(buckets.build())
                .sum(durations.seconds())
                .labels(labels)
                .build();
    }

    /** A gauge with what it measures as labels and values. */
    static GaugeSnapshot gauge(String name, String help, List<GaugeDataPointSnapshot> points) {
        return new GaugeSnapshot(metadata(name, help), points);
    }

    static CounterSnapshot counter(String name, String help, List<CounterDataPointSnapshot> points) {
        return new CounterSnapshot(metadata(withoutSuffix(name), help), points);
    }

    /** The library adds it when it writes. */
    private static String withoutSuffix(String name) {
        return name.endsWith(COUNTER_SUFFIX) ? name.substring(0, name.length() - COUNTER_SUFFIX.length()) : name;
    }

    private static MetricMetadata metadata(String name, String help) {
        return new MetricMetadata(name, help);
    }
}
