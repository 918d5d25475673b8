package io.wharf.containers;

import io.wharf.base.WharfException;
import io.wharf.linux.Commands;
import io.wharf.oci.OciRuntime;
import java.time.Duration;
import java.util.List;

/** Stops a container's processes where they are: by the cgroup itself, or by the runtime where systemd made it. */
final class Freezer {
    private static final Duration TIME = Duration.ofSeconds(20);
    private static final int OUTPUT_BYTES = 8 << 10;

    private Freezer() {}

    /** On a thread that may block. */
    static void set(Room room, Container container, boolean frozen) {
        String cgroup = container.definition().cgroupPath();
        if (cgroup.startsWith("/")) {
            room.cgroups().freeze(cgroup, frozen);
            return;
        }
        OciRuntime runtime = room.host().runtimes().named(container.host().runtime());
        Commands.Result result = Commands.run(
                runtime.spawn(runtime.argv(List.of(frozen ? "pause" : "resume", container.id()))),
                new byte[0],
                TIME,
                OUTPUT_BYTES);
        if (!result.success()) {
            throw WharfException.internal("cannot " + (frozen ? "pause" : "unpause") + " container " + container.id()
                    + ": " + result.reason());
        }
    }
}
