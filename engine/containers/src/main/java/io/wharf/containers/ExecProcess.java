package io.wharf.containers;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/**
 * What a runtime is to run, as it takes it ({@code --process}): worked out while the client comes back with the start.
 *
 * @param size of the terminal that it is written for
 * @param begun by {@link System#nanoTime}
 */
record ExecProcess(List<Integer> size, long begun, Future<byte[]> json) {
    /** The container's files may be others by then: its users above all. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    static ExecProcess begin(Room room, Exec exec, List<Integer> size) {
        return new ExecProcess(size, System.nanoTime(), room.pools().call(() -> of(room, exec, size)));
    }

    /** The early one where it still holds, else another. */
    static Future<byte[]> at(Room room, Exec exec, List<Integer> size) {
        ExecProcess early = exec.takeProcess();
        return early != null
                        && early.size().equals(size)
                        && System.nanoTime() - early.begun() < FRESH.toNanos()
                        && !early.json().failed()
                ? early.json()
                : begin(room, exec, size).json();
    }

    /** On a thread that may block. */
    static byte[] of(Room room, Exec exec, List<Integer> size) {
        Container container = exec.container();
        return room.host()
                .bundle()
                .processes()
                .forExec(
                        new Links(room.containers()).environed(container),
                        container.host(),
                        exec.config(),
                        size,
                        room.layout().rootfs(container.id()));
    }
}
