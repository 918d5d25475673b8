package io.wharf.logs;

import io.wharf.contracts.ContainerService.LogOptions;

/**
 * Which part of a log to read, and in which form.
 *
 * @param tail only the last so many lines; -1 for all
 * @param sinceNanos nanoseconds since the epoch; 0 for no limit, {@code untilNanos} likewise
 * @param follow whether to wait for more at the end
 * @param framed with Docker's frames, as for everything that has no terminal
 * @param lines a frame for each line, and not just as many as bytes make necessary
 * @param details with the place where attributes of the log driver stand
 * @param unbroken whether to end rather than to go on after something that was not read in time
 */
record LogQuery(
        long tail,
        long sinceNanos,
        long untilNanos,
        boolean stdout,
        boolean stderr,
        boolean follow,
        boolean framed,
        boolean lines,
        boolean timestamps,
        boolean details,
        boolean unbroken) {

    /** What {@code logs} asks for. */
    static LogQuery logs(LogOptions options, boolean framed) {
        return new LogQuery(
                options.tail(),
                options.sinceNanos(),
                options.untilNanos(),
                options.stdout(),
                options.stderr(),
                options.follow(),
                framed,
                options.lineFrames(),
                options.timestamps(),
                options.details(),
                false);
    }

    /** The bare output, as an attached client sees it. */
    static LogQuery output(boolean stdout, boolean stderr, boolean framed, boolean follow) {
        return new LogQuery(-1, 0, 0, stdout, stderr, follow, framed, false, false, false, true);
    }

    /** The same without waiting for more at the end. */
    LogQuery once() {
        return new LogQuery(
                tail, sinceNanos, untilNanos, stdout, stderr, false, framed, lines, timestamps, details, unbroken);
    }
}
