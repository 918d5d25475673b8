package io.wharf.base;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What is counted and timed while the engine runs: a few additions each, so they are always on, and nothing of a library.
 * One for the process, as loggers are; whoever shows it reads it when asked.
 *
 * <p>Names and labels are Prometheus' ({@code wharf_…_seconds}, {@code …_total}). A label has few values: never an id.
 */
public final class Metrics {
    /** Upper ends of the buckets of a histogram of durations, in seconds; one more holds all above. */
    public static final List<Double> BUCKETS =
            List.of(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1., 2.5, 5., 10., 30.);

    private static final Map<String, Family<?>> FAMILIES = new ConcurrentSkipListMap<>();

    private Metrics() {}

    /** All that has been declared, by name. */
    public static Collection<Family<?>> families() {
        return FAMILIES.values();
    }

    public static Family<Counter> counters(String name, String help, String... labels) {
        return declare(new Family<>(name, help, List.of(labels), Counter::new));
    }

    public static Family<Durations> durations(String name, String help, String... labels) {
        return declare(new Family<>(name, help, List.of(labels), Durations::new));
    }

    /** Values that are looked at when somebody asks; the last one given under the same labels stands. */
    public static Family<Gauge> gauges(String name, String help, String... labels) {
        return declare(new Family<>(name, help, List.of(labels), Gauge::new));
    }

    @SuppressWarnings("unchecked")
    private static <S> Family<S> declare(Family<S> family) {
        return (Family<S>) FAMILIES.merge(family.name(), family, (first, again) -> first);
    }

    /** One metric, with a series for each set of values of its labels. */
    public static final class Family<S> {
        private final String name;
        private final String help;
        private final List<String> labels;
        private final java.util.function.Supplier<S> make;
        private final Map<List<String>, S> series = new ConcurrentHashMap<>();

        private Family(String name, String help, List<String> labels, java.util.function.Supplier<S> make) {
            this.name = name;
            this.help = help;
            this.labels = labels;
            this.make = make;
        }

        public String name() {
            return name;
        }

        public String help() {
            return help;
        }

        public List<String> labels() {
            return labels;
        }

        public Map<List<String>, S> series() {
            return series;
        }

        /** The series of these values, one for each label. */
        public S of(String... values) {
            if (values.length != labels.size()) {
                throw new IllegalArgumentException(name + " has the labels " + labels);
            }
            return series.computeIfAbsent(List.of(values), first -> make.get());
        }
    }

    /** Counts up. */
    public static final class Counter {
        private final LongAdder sum = new LongAdder();

        public void add(long amount) {
            sum.add(amount);
        }

        public long sum() {
            return sum.sum();
        }
    }

    /** How often, how long in all, and how many of about which length. */
    public static final class Durations {
        private final AtomicLongArray counts = new AtomicLongArray(BUCKETS.size() + 1);
        private final LongAdder nanos = new LongAdder();

        public void record(long took) {
            double seconds = took / (double) TimeUnit.SECONDS.toNanos(1);
            int bucket = 0;
            while (bucket < BUCKETS.size() && seconds > BUCKETS.get(bucket)) {
                bucket++;
            }
            counts.incrementAndGet(bucket);
            nanos.add(took);
        }

        /** Of one bucket alone. */
        public long count(int bucket) {
            return counts.get(bucket);
        }

        public double seconds() {
            return nanos.sum() / (double) TimeUnit.SECONDS.toNanos(1);
        }
    }

    /** A value as it is. */
    public static final class Gauge {
        private volatile LongSupplier value = () -> 0;

        public void from(LongSupplier source) {
            value = source;
        }

        public long value() {
            return value.getAsLong();
        }
    }
}
