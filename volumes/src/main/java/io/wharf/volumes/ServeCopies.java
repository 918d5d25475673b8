package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.Handle;
import io.wharf.contracts.Pending;
import io.wharf.contracts.VolumeCopyService;
import io.wharf.contracts.VolumeService.VolumeDetail;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way to each verb that copies or renames volumes. */
final class ServeCopies implements VolumeCopyService {
    private final Copies copies;

    ServeCopies(Copies copies) {
        this.copies = copies;
    }

    @Override
    public Future<List<SnapshotDetail>> snapshots(String volume) {
        return new SnapshotVolume(copies).list(volume);
    }

    @Override
    public Future<Pending<SnapshotDetail>> snapshot(TakeSnapshot request) {
        return Future.succeededFuture(new SnapshotVolume(copies).take(request));
    }

    @Override
    public Future<Pending<Void>> removeSnapshot(String volume, String snapshot) {
        return Future.succeededFuture(new SnapshotVolume(copies).remove(volume, snapshot));
    }

    @Override
    public Future<Pending<Void>> restore(String volume, String snapshot) {
        return Future.succeededFuture(new RestoreVolume(copies).run(volume, snapshot));
    }

    @Override
    public Future<Pending<VolumeDetail>> copy(CopyVolume request) {
        return Future.succeededFuture(new CloneVolume(copies).run(request));
    }

    @Override
    public Future<Handle<ByteStream>> export(String volume, @Nullable String snapshot) {
        return new ExportVolume(copies).run(volume, snapshot);
    }

    @Override
    public Future<Pending<VolumeDetail>> load(LoadVolume request) {
        return Future.succeededFuture(new ImportVolume(copies).run(request));
    }

    @Override
    public Future<VolumeDetail> rename(String volume, String name) {
        return new RenameVolume(copies).run(volume, name);
    }
}
