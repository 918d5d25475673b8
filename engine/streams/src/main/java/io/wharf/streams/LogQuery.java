package io.wharf.streams;

import io.wharf.contracts.ContainerService.LogOptions;

/**
 * Which part of a log to read, and in which form.
 *
 * @param from where to start in the file, in bytes; the first whole record from there on
 * @param tail only the last so many lines from {@code from} on; -1 for all
 * @param sinceNanos nanoseconds since the epoch; 0 for no limit, {@code untilNanos} likewise
 * @param follow whether to wait for more at the end
 * @param framed with Docker's frames, as for everything that has no terminal
 * @param lines a frame for each line, and not just as many as bytes make necessary
 * @param details with the place where attributes of the log driver stand
 */
public record LogQuery(
        long from,
        long tail,
        long sinceNanos,
        long untilNanos,
        boolean stdout,
        boolean stderr,
        boolean follow,
        boolean framed,
        boolean lines,
        boolean timestamps,
        boolean details) {

    /** What {@code logs} asks for. */
    public static LogQuery logs(LogOptions options, boolean framed) {
        return new LogQuery(
                0,
                options.tail(),
                options.sinceNanos(),
                options.untilNanos(),
                options.stdout(),
                options.stderr(),
                options.follow(),
                framed,
                true,
                options.timestamps(),
                options.details());
    }

    /** The bare output from a place on, as an attached client sees it. */
    public static LogQuery output(long from, boolean stdout, boolean stderr, boolean framed, boolean follow) {
        return new LogQuery(from, -1, 0, 0, stdout, stderr, follow, framed, false, false, false);
    }

    /** The same without waiting for more at the end. */
    public LogQuery once() {
        return new LogQuery(
                from, tail, sinceNanos, untilNanos, stdout, stderr, false, framed, lines, timestamps, details);
    }
}
