package io.wharf.contracts;

import java.util.Locale;

/** Whether a container is well, in Docker's words. */
public enum HealthStatus {
    /** It is not probed. */
    NONE,
    /** Nothing is known of this run yet. */
    STARTING,
    HEALTHY,
    UNHEALTHY;

    /** What clients see: {@code none}, {@code starting}, … */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
