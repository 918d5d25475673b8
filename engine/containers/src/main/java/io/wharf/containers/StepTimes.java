package io.wharf.containers;

import java.util.concurrent.TimeUnit;

/** How long each step of a piece of work took, for the debug log. */
final class StepTimes {
    private final StringBuilder text = new StringBuilder();
    private final long begun = System.nanoTime();
    private long last = begun;

    void step(String name) {
        long now = System.nanoTime();
        text.append(name)
                .append(' ')
                .append(TimeUnit.NANOSECONDS.toMicros(now - last))
                .append(", ");
        last = now;
    }

    /** All steps in microseconds, and their sum. */
    @Override
    public String toString() {
        return text + "all " + TimeUnit.NANOSECONDS.toMicros(last - begun) + " us";
    }
}
