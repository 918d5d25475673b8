package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.oci.OciRuntime;
import java.util.List;

/** Stops a container's processes where they are: by the cgroup itself, or by the runtime where systemd made it. */
final class Freezer {
    private Freezer() {}

    static Future<Void> set(Room room, Container container, boolean frozen) {
        String cgroup = container.definition().cgroupPath();
        if (cgroup.startsWith("/")) {
            return room.pools().runUrgently(() -> room.cgroups().freeze(cgroup, frozen));
        }
        OciRuntime runtime = room.host().runtimes().named(container.host().runtime());
        return new RuntimeCommand(room)
                .run(runtime, room.files(container).scratch(), List.of(frozen ? "pause" : "resume", container.id()))
                .recover(failure ->
                        Future.failedFuture(WharfException.internal("cannot " + (frozen ? "pause" : "unpause")
                                + " container " + container.id() + ": " + failure.getMessage())));
    }
}
