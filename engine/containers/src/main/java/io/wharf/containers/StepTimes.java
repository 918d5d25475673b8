package io.wharf.containers;

import io.wharf.base.Metrics;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long each step of a piece of work takes: for the metrics, for the debug log, and for all to see where it is slow. */
final class StepTimes {
    private static final Logger LOG = LoggerFactory.getLogger(StepTimes.class);
    private static final long SLOW_MILLIS = 2000;
    private static final Metrics.Family<Metrics.Durations> STEPS = Metrics.durations(
            "wharf_container_step_seconds", "Steps of the engine's work on containers.", "verb", "step");

    private final String verb;
    private final StringBuilder text = new StringBuilder();
    private final long begun = System.nanoTime();
    private long last = begun;

    /** Of a piece of work called so. */
    StepTimes(String verb) {
        this.verb = verb;
    }

    void step(String name) {
        long now = System.nanoTime();
        STEPS.of(verb, name).record(now - last);
        text.append(text.isEmpty() ? "" : ", ")
                .append(name)
                .append(' ')
                .append(TimeUnit.NANOSECONDS.toMicros(now - last));
        last = now;
    }

    /** All is done; of what object. */
    void done(String id) {
        if (TimeUnit.NANOSECONDS.toMillis(last - begun) >= SLOW_MILLIS) {
            LOG.info("slow {} of {}: {}", verb, id, this);
        } else {
            LOG.debug("{} of {}: {}", verb, id, this);
        }
    }

    /** All steps in microseconds, and their sum. */
    @Override
    public String toString() {
        return text + ", all " + TimeUnit.NANOSECONDS.toMicros(last - begun) + " us";
    }
}
