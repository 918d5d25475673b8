package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Runs short programs to their end: runtimes, probes. On a thread that may block, as {@code pools.call(() ->
 * Commands.run(…))}.
 */
public final class Commands {
    private static final int POLLIN = 1;
    private static final int CHUNK = 32 << 10;
    private static final int TURNS = 16;
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Commands() {}

    /**
     * A finished program.
     *
     * @param output up to the limit, the rest was read and dropped
     * @param errors likewise
     * @param timedOut it was killed because its time was over; the status tells of the kill
     */
    public record Result(ExitStatus status, String output, String errors, boolean timedOut) {
        public boolean success() {
            return status.success() && !timedOut;
        }

        /** What a message to the user should quote: its errors, else its output, else how it ended. */
        public String reason() {
            var text = errors.isBlank() ? output.strip() : errors.strip();
            if (timedOut) {
                return "took too long" + (text.isEmpty() ? "" : ": " + text);
            }
            return text.isEmpty() ? status.toString() : text;
        }
    }

    /** Runs a program found by name or path with an environment of PATH alone, for at most 30 seconds. */
    public static Result run(String program, String... arguments) {
        var path = Executables.find(program)
                .orElseThrow(() -> new LinuxException("posix_spawn", Errno.ENOENT, program, List.of(arguments)));
        return run(
                Spawn.of(path, arguments).environment(Map.of("PATH", PATH)),
                new byte[0],
                Duration.ofSeconds(30),
                1 << 20);
    }

    /**
     * Runs a program; its descriptors 0 to 2 are set here.
     *
     * @param input what it reads: kept in memory, so small
     * @param limit bytes kept of its output and of its errors, each
     */
    public static Result run(Spawn.Builder spawn, byte[] input, Duration time, int limit) {
        try (var out = Descriptors.pipe(OpenFlags.O_NONBLOCK);
                var err = Descriptors.pipe(OpenFlags.O_NONBLOCK);
                var in = Descriptors.memory("input")) {
            // The child's ends must block as any program expects: O_NONBLOCK was set on both ends of the pipe.
            Descriptors.nonBlocking(out.write(), false);
            Descriptors.nonBlocking(err.write(), false);
            in.writeAll(input);
            Descriptors.seek(in, 0, 0);
            var child = Processes.real()
                    .spawn(spawn.descriptor(in, 0)
                            .descriptor(out.write(), 1)
                            .descriptor(err.write(), 2)
                            .build());
            out.write().close();
            err.write().close();
            try (var pidfd = child.pidfd()) {
                return collect(pidfd, new Stream(out.read(), limit), new Stream(err.read(), limit), time);
            }
        }
    }

    /** Waits for the program's end; output that it wrote until then counts, what its orphans write later does not. */
    private static Result collect(Fd pidfd, Stream out, Stream err, Duration time) {
        var processes = Processes.real();
        var deadline = System.nanoTime() + time.toNanos();
        var timedOut = false;
        while (true) {
            var left = timedOut ? -1 : Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
            var exited = poll(pidfd, out, err, left);
            out.read();
            err.read();
            if (exited) {
                var status = processes.await(pidfd);
                // Once more, for what arrived between the read and the end.
                out.read();
                err.read();
                return new Result(status, out.text(), err.text(), timedOut);
            }
            if (!timedOut && deadline - System.nanoTime() <= 0) {
                timedOut = true;
                processes.signal(pidfd, Signals.SIGKILL);
            }
        }
    }

    /** Waits until the process has ended or there is something to read; whether it has ended. */
    private static boolean poll(Fd pidfd, Stream out, Stream err, long milliseconds) {
        var fds = Scratch.get().zeroed(24);
        entry(fds, 0, pidfd.value());
        entry(fds, 1, out.ended ? -1 : out.fd.value());
        entry(fds, 2, err.ended ? -1 : err.fd.value());
        var result = Native.syscall(Nr.POLL, fds.address(), 3, milliseconds);
        if (result < 0 && result != -Errno.EINTR) {
            throw new LinuxException("poll", (int) -result, milliseconds);
        }
        return result > 0 && fds.get(JAVA_SHORT, 6) != 0;
    }

    private static void entry(MemorySegment fds, int index, int fd) {
        fds.set(JAVA_INT, 8L * index, fd);
        fds.set(JAVA_SHORT, 8L * index + 4, (short) POLLIN);
    }

    /** One output of the program. */
    private static final class Stream {
        private final Fd fd;
        private final int limit;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private boolean ended;

        private Stream(Fd fd, int limit) {
            this.fd = fd;
            this.limit = limit;
        }

        private void read() {
            var chunk = new byte[CHUNK];
            // A program that writes without end must not keep this thread from looking at the clock.
            for (var turn = 0; turn < TURNS && !ended; turn++) {
                var count = fd.read(chunk, 0, CHUNK);
                if (count < 0) {
                    return;
                }
                ended = count == 0;
                kept.write(chunk, 0, Math.clamp((long) limit - kept.size(), 0, count));
            }
        }

        private String text() {
            return Names.decode(kept.toByteArray());
        }
    }
}
