package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.VolumeCopyService;
import io.wharf.contracts.VolumeCopyService.CopyVolume;
import io.wharf.contracts.VolumeCopyService.LoadVolume;
import io.wharf.contracts.VolumeCopyService.TakeSnapshot;
import io.wharf.streams.HandleTable;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Snapshots of volumes, clones, archives, and new names. */
final class VolumeCopyOperations {
    private final VolumeCopyService copies;
    private final ContainerService containers;
    private final HandleTable handles;

    VolumeCopyOperations(VolumeCopyService copies, ContainerService containers, HandleTable handles) {
        this.copies = copies;
        this.containers = containers;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("WharfVolumeSnapshots", call -> copies.snapshots(name(call)).map(all -> new Reply.Json(200, all)))
                .on("WharfVolumeSnapshot", this::snapshot)
                .on("WharfVolumeSnapshotDelete", this::removeSnapshot)
                .on("WharfVolumeRestore", this::restore)
                .on("WharfVolumeClone", this::copy)
                .on("WharfVolumeExport", this::export)
                .on("WharfVolumeImport", this::load)
                .on("WharfVolumeRename", this::rename);
    }

    private record SnapshotBody(
            @Nullable String name, @Nullable Map<String, String> labels) {}

    private record CloneBody(
            @Nullable String name,
            @Nullable String snapshot,
            @Nullable Map<String, String> labels) {}

    private Future<Reply> snapshot(Call call) {
        SnapshotBody body = ReadBody.read(call, SnapshotBody.class);
        TakeSnapshot request = new TakeSnapshot(name(call), text(body.name()), labels(body.labels()));
        return frozen(call, () -> call.await(copies.snapshot(request))).map(made -> new Reply.Json(201, made));
    }

    private Future<Reply> removeSnapshot(Call call) {
        return copies.removeSnapshot(name(call), call.path("snapshot"))
                .compose(removal -> removal.outcome())
                .map(done -> Reply.Empty.NO_CONTENT);
    }

    private Future<Reply> restore(Call call) {
        String snapshot = call.required("snapshot", "restore " + name(call) + ": the parameter snapshot is missing");
        return call.await(copies.restore(name(call), snapshot)).map(done -> Reply.Empty.NO_CONTENT);
    }

    private Future<Reply> copy(Call call) {
        CloneBody body = ReadBody.read(call, CloneBody.class);
        CopyVolume request = new CopyVolume(name(call), body.snapshot(), text(body.name()), labels(body.labels()));
        return frozen(call, () -> call.await(copies.copy(request))).map(made -> new Reply.Json(201, made));
    }

    private Future<Reply> export(Call call) {
        return copies.export(name(call), call.query().text("snapshot"))
                .map(tar -> new Reply.Bytes("application/x-tar", handles.take(tar)));
    }

    private Future<Reply> load(Call call) {
        ByteStream body = call.stream();
        LoadVolume request = new LoadVolume(name(call), call.query().flag("replace"), handles.offer(body, body::close));
        return call.await(copies.load(request)).map(made -> new Reply.Json(201, made));
    }

    private Future<Reply> rename(Call call) {
        String to = call.required("to", "rename " + name(call) + ": the parameter to is missing");
        return copies.rename(name(call), to).map(renamed -> new Reply.Json(200, renamed));
    }

    /** With the containers that run with the volume held still, if that is wanted; they go on whatever becomes of it. */
    private <T> Future<T> frozen(Call call, Supplier<Future<T>> work) {
        if (!call.query().flag("freeze")) {
            return work.get();
        }
        return containers
                .freezeUsersOf(name(call))
                .compose(frozen -> work.get()
                        .transform((result, failure) -> containers
                                .thaw(frozen)
                                .transform(thawed -> failure == null
                                        ? Future.succeededFuture(result)
                                        : Future.failedFuture(failure))));
    }

    private static String name(Call call) {
        return call.path("name");
    }

    private static String text(@Nullable String given) {
        if (given == null || given.isEmpty()) {
            throw WharfException.invalid("a Name is missing");
        }
        return given;
    }

    private static Map<String, String> labels(@Nullable Map<String, String> given) {
        return given == null ? Map.of() : given;
    }
}
