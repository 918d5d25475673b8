package io.wharf.containers;

import io.wharf.contracts.HealthStatus;
import java.time.Duration;

/** The sentence that {@code docker ps} shows for a state, with durations in Docker's rounding. */
final class StatusText {
    private static final int HOURS_A_DAY = 24;

    private StatusText() {}

    static String of(State state, long nowNanos) {
        return switch (state.status()) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + since(state.startedNanos(), nowNanos);
            case PAUSED -> "Up " + since(state.startedNanos(), nowNanos) + " (Paused)";
            case RESTARTING ->
                "Restarting (" + state.exitCode() + ") " + since(state.finishedNanos(), nowNanos) + " ago";
            case EXITED -> "Exited (" + state.exitCode() + ") " + since(state.finishedNanos(), nowNanos) + " ago";
            case REMOVING -> "Removal In Progress";
            case DEAD -> "Dead";
        };
    }

    /** With the verdict over its health, where it is probed. */
    static String of(State state, HealthStatus health, long nowNanos) {
        String text = of(state, nowNanos);
        if (state.status() != Status.RUNNING) {
            return text;
        }
        return switch (health) {
            case NONE -> text;
            case STARTING -> text + " (health: starting)";
            case HEALTHY, UNHEALTHY -> text + " (" + health.word() + ")";
        };
    }

    private static String since(long thenNanos, long nowNanos) {
        return human(Duration.ofNanos(Math.max(0, nowNanos - thenNanos)));
    }

    static String human(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds < 60) {
            return seconds == 1 ? "1 second" : seconds + " seconds";
        }
        long minutes = duration.toMinutes();
        if (minutes < 60) {
            return minutes == 1 ? "About a minute" : minutes + " minutes";
        }
        long hours = Math.round(seconds / 3600.0);
        if (hours < 2 * HOURS_A_DAY) {
            return hours == 1 ? "About an hour" : hours + " hours";
        }
        if (hours < 14 * HOURS_A_DAY) {
            return hours / HOURS_A_DAY + " days";
        }
        if (hours < 60 * HOURS_A_DAY) {
            return hours / HOURS_A_DAY / 7 + " weeks";
        }
        if (hours < 730 * HOURS_A_DAY) {
            return hours / HOURS_A_DAY / 30 + " months";
        }
        return hours / HOURS_A_DAY / 365 + " years";
    }
}
