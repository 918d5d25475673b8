package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.volumes.CopyTable.Snapshot;
import io.wharf.volumes.copies.CopyFolders;
import io.wharf.volumes.drivers.VolumeDriver.Removal;
import java.util.List;

/** What becomes of a volume's snapshots when it is removed: they go with it if that is forced, else they hold it. */
final class DropSnapshots {
    private final Volumes volumes;

    DropSnapshots(Volumes volumes) {
        this.volumes = volumes;
    }

    /** Takes them out of reach, before their rows go together with the volume's. */
    Future<Removal> run(Volume volume, boolean force) {
        return CopyTable.snapshots(volumes.store(), volume.name()).compose(snapshots -> {
            if (snapshots.isEmpty()) {
                return Future.succeededFuture(RemoveVolume.NOTHING);
            }
            if (!force) {
                throw WharfException.conflict("remove " + volume.name() + ": volume has snapshots - ["
                        + String.join(
                                ", ", snapshots.stream().map(Snapshot::name).toList())
                        + "]: remove them first, or force it");
            }
            List<String> ids = snapshots.stream().map(Snapshot::id).toList();
            Moved moved = new Moved(ids);
            volumes.reads().take(volume.name(), ids);
            return moved.move()
                    .onFailure(failure -> volumes.reads().giveBack(ids))
                    .map(moved);
        });
    }

    private final class Moved implements Removal {
        private final List<String> ids;

        Moved(List<String> ids) {
            this.ids = ids;
        }

        Future<Void> move() {
            CopyFolders folders = volumes.folders();
            return volumes.pools().run(() -> {
                for (String id : ids) {
                    folders.move(folders.snapshot(id), folders.staged(id));
                }
            });
        }

        @Override
        public Future<Void> finish() {
            return volumes.pools()
                    .run(() -> ids.forEach(volumes.folders()::discard))
                    .onComplete(over -> volumes.reads().giveBack(ids));
        }

        @Override
        public Future<Void> undo() {
            CopyFolders folders = volumes.folders();
            return volumes.pools()
                    .run(() -> {
                        for (String id : ids) {
                            folders.move(folders.staged(id), folders.snapshot(id));
                        }
                    })
                    .onComplete(over -> volumes.reads().giveBack(ids));
        }
    }
}
