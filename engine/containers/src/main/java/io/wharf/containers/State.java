package io.wharf.containers;

import io.wharf.linux.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a container's run, or of its last one. Times are nanoseconds since the epoch, 0 for never.
 *
 * @param pid of its first process on the host; 0 where none runs
 * @param exitCode of the last run, as the shell has it
 * @param error why it could not start or be waited for; empty where all went well
 * @param restartCount how often the policy started it since somebody did
 * @param process identity of its first process
 * @param monitor identity of its conmon
 * @param oomKills how many kills for want of memory have been announced of this run
 */
record State(
        Status status,
        int pid,
        int exitCode,
        String error,
        boolean oomKilled,
        long startedNanos,
        long finishedNanos,
        int restartCount,
        @Nullable ProcessIdentity process,
        @Nullable ProcessIdentity monitor,
        long oomKills) {
    static final State NEW = new State(Status.CREATED, 0, 0, "", false, 0, 0, 0, null, null, 0);

    /** A run has begun. */
    State started(ProcessIdentity process, ProcessIdentity monitor, int restarts, long nanos) {
        return new State(
                status.become(Status.RUNNING),
                process.pid(),
                0,
                "",
                false,
                nanos,
                finishedNanos,
                restarts,
                process,
                monitor,
                0);
    }

    /** A run has ended, for good or until the policy's delay is over. */
    State ended(Status next, int code, String why, long kills, long nanos) {
        return new State(
                status.become(next), 0, code, why, kills > 0, startedNanos, nanos, restartCount, null, null, kills);
    }

    /** The out-of-memory killer has been at work in the run under way. */
    State withOomKills(long kills) {
        return new State(
                status, pid, exitCode, error, true, startedNanos, finishedNanos, restartCount, process, monitor, kills);
    }

    /** A start failed; the container is what it was, but shows why, and one that was to be restarted has ended. */
    State notStarted(int code, String why) {
        Status after = status == Status.RESTARTING ? Status.EXITED : status;
        return new State(after, 0, code, why, false, startedNanos, finishedNanos, restartCount, null, null, 0);
    }

    State in(Status next) {
        return new State(
                status.become(next),
                pid,
                exitCode,
                error,
                oomKilled,
                startedNanos,
                finishedNanos,
                restartCount,
                process,
                monitor,
                oomKills);
    }

    State withError(String why) {
        return new State(
                status,
                pid,
                exitCode,
                why,
                oomKilled,
                startedNanos,
                finishedNanos,
                restartCount,
                process,
                monitor,
                oomKills);
    }
}
