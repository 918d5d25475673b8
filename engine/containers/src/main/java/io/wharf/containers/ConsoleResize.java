package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Sets the size of a container's terminal, by the monitor that holds it. */
final class ConsoleResize {
    /** conmon refuses larger ones, and everything that comes in the same read. */
    private static final int LARGEST = 1000;

    private final Room room;

    ConsoleResize(Room room) {
        this.room = room;
    }

    Future<Void> run(String ref, int height, int width) {
        Container container = room.containers().get(ref);
        if (!container.status().hasProcess()) {
            throw WharfException.conflict("Container " + container.id() + " is not running");
        }
        if (container.config().tty()) {
            write(room.files(container).control(), height, width);
        }
        return room.table()
                .announce(
                        container,
                        "resize",
                        Map.of("height", Integer.toString(height), "width", Integer.toString(width)));
    }

    /** Writes to a monitor's control fifo, without ever waiting for a reader. */
    static void write(Path control, int height, int width) {
        String line = "1 " + Math.clamp(height, 0, LARGEST) + " " + Math.clamp(width, 0, LARGEST) + "\n";
        try (Fd fifo = Entries.open(control.toString(), OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK, 0)) {
            fifo.writeAll(line.getBytes(StandardCharsets.US_ASCII));
        } catch (LinuxException e) {
            // The monitor has gone with its process: there is no terminal any more.
            if (!e.is(Errno.ENXIO, Errno.ENOENT, Errno.EPIPE)) {
                throw WharfException.internal("cannot resize: " + e.getMessage(), e);
            }
        }
    }
}
