package io.wharf.events.sinks;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/** Waits between attempts: doubling up to a longest, and spread so that many engines do not come back in one moment. */
final class Backoff {
    private final long leastMillis;
    private final long mostMillis;
    private final DoubleSupplier random;
    private long nextMillis;

    Backoff(Duration least, Duration most, DoubleSupplier random) {
        this.leastMillis = Math.max(1, least.toMillis());
        this.mostMillis = Math.max(leastMillis, most.toMillis());
        this.random = random;
        this.nextMillis = leastMillis;
    }

    /** Milliseconds until the next attempt: between half of the wait that is due and all of it. */
    long next() {
        long whole = nextMillis;
        nextMillis = Math.min(mostMillis, nextMillis * 2);
        return Math.max(1, whole - (long) (random.getAsDouble() * (whole / 2.0)));
    }

    /** A wait that somebody else asked for, but none shorter than the least. */
    long atLeast(Duration asked) {
        return Math.max(leastMillis, asked.toMillis());
    }

    void reset() {
        nextMillis = leastMillis;
    }
}
