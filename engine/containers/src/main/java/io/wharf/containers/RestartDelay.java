package io.wharf.containers;

import io.wharf.contracts.HostConfig.RestartPolicy;

/** When a container that ended is started again: 100 ms at first, doubled each time up to a minute. */
final class RestartDelay {
    static final int FIRST_MILLIS = 100;
    static final int LONGEST_MILLIS = 60_000;
    /** A run that lasted this long was none of a series of failures. */
    static final long CALM_NANOS = 10_000_000_000L;

    private RestartDelay() {}

    /** Whether the policy wants another run after one that ended by itself. */
    static boolean wanted(RestartPolicy policy, int exitCode, int restartCount, boolean stoppedByHand) {
        if (stoppedByHand || policy.name() == null) {
            return false;
        }
        return switch (policy.name()) {
            case "always", "unless-stopped" -> true;
            case "on-failure" ->
                exitCode != 0 && (policy.maximumRetryCount() == 0 || restartCount < policy.maximumRetryCount());
            default -> false;
        };
    }

    /** The next delay, after the last one (0 for none) and a run of so many nanoseconds. */
    static int next(int lastMillis, long ranNanos) {
        if (lastMillis == 0 || ranNanos >= CALM_NANOS) {
            return FIRST_MILLIS;
        }
        return Math.min(lastMillis * 2, LONGEST_MILLIS);
    }

    /** Whether the policy starts with the engine what had ended before it went away. */
    static boolean wantedAtStart(RestartPolicy policy, State state, boolean stoppedByHand) {
        if (policy.name() == null) {
            return false;
        }
        return switch (policy.name()) {
            // Docker starts these even where they had been stopped by hand.
            case "always" -> state.startedNanos() != 0;
            case "unless-stopped" -> !stoppedByHand && state.startedNanos() != 0;
            // As dockerd does it: by the exit code alone, which is a failure too where a stop ended in a kill.
            case "on-failure" ->
                state.startedNanos() != 0 && wanted(policy, state.exitCode(), state.restartCount(), false);
            default -> false;
        };
    }
}
