package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig.Healthcheck;
import org.jspecify.annotations.Nullable;

/** Checks the form of a health check: zero means the default, and no time is shorter than a millisecond. */
final class CheckHealth {
    private static final long SHORTEST_NANOS = 1_000_000;

    private CheckHealth() {}

    static void check(@Nullable Healthcheck probe) {
        if (probe == null) {
            return;
        }
        atLeastShortest("Interval", probe.interval());
        atLeastShortest("Timeout", probe.timeout());
        if (probe.retries() < 0) {
            throw WharfException.invalid("Retries in Healthcheck cannot be negative");
        }
        atLeastShortest("StartPeriod", probe.startPeriod());
        atLeastShortest("StartInterval", probe.startInterval());
    }

    private static void atLeastShortest(String field, long nanos) {
        if (nanos != 0 && nanos < SHORTEST_NANOS) {
            throw WharfException.invalid(field + " in Healthcheck cannot be less than 1ms");
        }
    }
}
