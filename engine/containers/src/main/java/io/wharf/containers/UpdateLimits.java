package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.UpdateContainer;
import io.wharf.linux.Commands;
import io.wharf.oci.CgroupWrites;
import io.wharf.oci.CheckUpdate;
import io.wharf.oci.OciRuntime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** Changes the limits and the restart policy of a container: in the kernel where it runs, then for good. */
final class UpdateLimits {
    private static final Duration TIME = Duration.ofSeconds(20);
    private static final int OUTPUT_BYTES = 8 << 10;

    private final Room room;

    UpdateLimits(Room room) {
        this.room = room;
    }

    /** Answers what was discarded. */
    Future<List<String>> run(String ref, UpdateContainer asked) {
        CheckUpdate check = new CheckUpdate(room.host().facts());
        CheckUpdate.Wanted wanted = check.wanted(asked.limits(), asked.restartPolicy(), asked.cleared());
        Container container = room.containers().get(ref);
        return room.lanes().run(container.id(), () -> {
            if (container.removing() || container.status() == Status.DEAD) {
                throw WharfException.internal("Cannot update container " + container.id()
                        + ": container is marked for removal and cannot be \"update\"");
            }
            CheckUpdate.Checked checked = check.on(container.id(), container.host(), wanted);
            Future<Void> applied = container.status().hasProcess() && changesLimits(container, checked)
                    ? room.pools().run(() -> apply(container, checked))
                    : Future.succeededFuture();
            return applied.compose(done -> room.table().redefine(container, checked.host(), "update"))
                    .map(wanted.warnings());
        });
    }

    private static boolean changesLimits(Container container, CheckUpdate.Checked checked) {
        return !CheckUpdate.withoutPolicy(checked.host()).equals(CheckUpdate.withoutPolicy(container.host()));
    }

    private void apply(Container container, CheckUpdate.Checked checked) throws java.io.IOException {
        OciRuntime runtime = room.host().runtimes().named(container.host().runtime());
        MonitorFiles files = room.files(container);
        Files.deleteIfExists(files.runtimeLog());
        Commands.Result result = Commands.run(
                runtime.update(container.id(), files.runtimeLog()),
                checked.resources().getBytes(StandardCharsets.UTF_8),
                TIME,
                OUTPUT_BYTES);
        if (!result.success()) {
            String reason = OciRuntime.firstError(files.runtimeLog()).orElse(result.reason());
            // A value that the kernel will not have is no fault of the engine.
            boolean asked = reason.endsWith("invalid argument") || reason.contains("allowed cpu-shares");
            throw new WharfException(
                    asked ? ErrorKind.INVALID_ARGUMENT : ErrorKind.INTERNAL,
                    "Cannot update container " + container.id() + ": " + reason);
        }
        String cgroup = FindProcess.cgroup(container, room);
        for (CgroupWrites write : checked.writes()) {
            room.cgroups().write(cgroup, write.controller(), write.file(), write.value());
        }
    }
}
