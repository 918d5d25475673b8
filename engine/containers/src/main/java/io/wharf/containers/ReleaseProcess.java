package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.KernelObject;
import io.wharf.oci.OciRuntime;
import java.nio.file.Files;
import java.util.List;

/**
 * Lets a created container go: what {@code runtime start} does.
 *
 * <p>After a crash it must be known whether that was done. runc and crun show it by a fifo that is there until then; for
 * other runtimes the ledger has a record.
 */
final class ReleaseProcess {
    static final String KIND = "start";

    private final Room room;
    private final RuntimeCommand commands;

    ReleaseProcess(Room room) {
        this.room = room;
        this.commands = new RuntimeCommand(room);
    }

    /** Runtimes whose whole trace is a state folder and a cgroup, and whose fifo tells of a container that waits. */
    static boolean isKnown(OciRuntime runtime) {
        String program = runtime.program().getFileName().toString();
        return program.equals("runc") || program.equals("crun");
    }

    /** Written down before the start is committed. */
    Future<Void> note(Container container) {
        return isKnown(runtimeOf(container))
                ? Future.succeededFuture()
                : room.ledger().record(new KernelObject(KIND, container.id(), container.id(), ""));
    }

    /** Whether it was created and waits for its start: asked by those who find it after a crash. */
    Future<Boolean> waits(Container container) {
        OciRuntime runtime = runtimeOf(container);
        return isKnown(runtime)
                ? room.pools().call(() -> Files.exists(ExecFifo.of(runtime, container.id())))
                : room.ledger()
                        .ofOwner(container.id())
                        .map(records -> records.stream()
                                .anyMatch(record -> record.kind().equals(KIND)));
    }

    Future<Void> letGo(Container container, MonitorFiles files) {
        OciRuntime runtime = runtimeOf(container);
        // Devices may bring hooks, which are the runtime's to run.
        if (container.host().deviceRequests().isEmpty() && ExecFifo.serves(runtime, container.id())) {
            return ExecFifo.release(runtime, container.id(), room.loop(), room.context());
        }
        return commands.run(runtime, files.scratch(), List.of("start", container.id()))
                .recover(failure -> Future.failedFuture(
                        failure instanceof RuntimeCommand.Failed
                                ? StartFailure.ofRuntime(String.valueOf(failure.getMessage()))
                                        .asException()
                                : failure))
                .compose(started -> isKnown(runtime)
                        ? Future.succeededFuture()
                        : room.ledger().strike(KIND, container.id()));
    }

    private OciRuntime runtimeOf(Container container) {
        return room.host().runtimes().named(container.host().runtime());
    }
}
