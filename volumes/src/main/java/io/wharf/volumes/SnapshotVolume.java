package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.Ids;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.Pending;
import io.wharf.contracts.VolumeCopyService.SnapshotDetail;
import io.wharf.contracts.VolumeCopyService.TakeSnapshot;
import io.wharf.volumes.CopyTable.Snapshot;
import io.wharf.volumes.copies.CopyFolders;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Snapshots: taken, listed, removed. A tree is put together, and made durable, where nobody looks; row and event follow in one
 * commit, and then the tree is moved to its place. A start finishes the move of one that has a row, and deletes one that has
 * none; a removal goes the same way back.
 */
final class SnapshotVolume {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}");

    private final Copies copies;

    SnapshotVolume(Copies copies) {
        this.copies = copies;
    }

    Future<List<SnapshotDetail>> list(String volume) {
        copies.volumes().get(volume);
        return CopyTable.snapshots(copies.volumes().store(), volume)
                .map(rows -> rows.stream().map(Snapshot::detail).toList());
    }

    Pending<SnapshotDetail> take(TakeSnapshot request) {
        if (!NAME.matcher(request.name()).matches()) {
            throw WharfException.invalid("invalid name of a snapshot: \"" + request.name()
                    + "\": up to 128 of [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        copies.volumes().get(request.volume());
        Copies.Wish wish = new Copies.Wish();
        Future<SnapshotDetail> taken = copies.volumes()
                .lanes()
                .run(
                        Copies.snapshotLane(request.volume()),
                        () -> CopyTable.find(copies.volumes().store(), request.volume(), request.name())
                                .compose(there -> {
                                    if (there.isPresent()) {
                                        throw WharfException.conflict("volume " + request.volume()
                                                + " has a snapshot of that name: " + request.name());
                                    }
                                    return taken(request, wish);
                                }));
        return new Pending<>(taken, wish::withdraw);
    }

    private Future<SnapshotDetail> taken(TakeSnapshot request, Copies.Wish wish) {
        String id = Ids.random();
        CopyFolders folders = copies.folders();
        return new HoldVolume(copies)
                .toRead(
                        request.volume(),
                        held -> copies.bulk()
                                .call(() -> {
                                    Path staged = folders.stage(held.place(), id, wish.unwanted());
                                    FailurePoint.reach("snapshot staged");
                                    return CopyFolders.bytes(staged);
                                })
                                .compose(bytes -> commit(new Snapshot(
                                        request.volume(),
                                        request.name(),
                                        id,
                                        Times.nowNanos(),
                                        request.labels(),
                                        bytes))))
                .recover(failure -> copies.bulk()
                        .run(() -> folders.discard(id))
                        .transform(gone -> Future.failedFuture(Withdrawn.orElse(wish, failure))))
                .compose(snapshot -> copies.bulk()
                        .run(() -> {
                            FailurePoint.reach("snapshot committed");
                            folders.move(folders.staged(id), folders.snapshot(id));
                        })
                        .map(snapshot.detail()));
    }

    private Future<Snapshot> commit(Snapshot snapshot) {
        return copies.volumes().store().write(tx -> {
            CopyTable.insert(tx, snapshot);
            tx.announce("volume", "snapshot", snapshot.volume(), Map.of("snapshot", snapshot.name()));
            return snapshot;
        });
    }

    Pending<Void> remove(String volume, String name) {
        copies.volumes().get(volume);
        return Pending.of(copies.volumes()
                .lanes()
                .run(
                        Copies.snapshotLane(volume),
                        () -> copies.snapshot(volume, name)
                                .compose(snapshot -> {
                                    copies.volumes().get(volume).refuseIfTaken();
                                    List<String> ids = List.of(snapshot.id());
                                    SnapshotReads reads = copies.volumes().reads();
                                    reads.take(volume, ids);
                                    return outOfReach(snapshot).onComplete(over -> reads.giveBack(ids));
                                })
                                .compose(gone ->
                                        copies.bulk().run(() -> copies.folders().discard(gone.id())))));
    }

    private Future<Snapshot> outOfReach(Snapshot snapshot) {
        CopyFolders folders = copies.folders();
        return copies.bulk()
                .run(() -> folders.move(folders.snapshot(snapshot.id()), folders.staged(snapshot.id())))
                .compose(moved -> copies.volumes()
                        .store()
                        .write(tx -> {
                            FailurePoint.reach("remove snapshot");
                            CopyTable.delete(tx, snapshot);
                            tx.announce(
                                    "volume",
                                    "snapshot-remove",
                                    snapshot.volume(),
                                    Map.of("snapshot", snapshot.name()));
                            return snapshot;
                        })
                        .recover(failure -> copies.bulk()
                                .run(() -> folders.move(folders.staged(snapshot.id()), folders.snapshot(snapshot.id())))
                                .transform(back -> Future.failedFuture(failure))));
    }
}
