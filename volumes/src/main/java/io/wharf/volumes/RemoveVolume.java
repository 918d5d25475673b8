package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.WharfException;
import io.wharf.volumes.drivers.VolumeDriver;
import io.wharf.volumes.drivers.VolumeDriver.Removal;
import java.util.Map;

/**
 * Removes a volume and its content, unless a container uses it: out of reach first, then row and event in one commit, then
 * the files. So a removal that is cut off leaves the whole volume or none.
 */
final class RemoveVolume {
    private final Volumes volumes;

    RemoveVolume(Volumes volumes) {
        this.volumes = volumes;
    }

    Future<Void> run(String name, boolean force) {
        return volumes.lanes()
                .run(
                        name,
                        () -> new FindVolume(volumes).adopt(name).compose(volume -> {
                            if (volume == null && force) {
                                return volumes.drivers()
                                        .local()
                                        .undoCreate(name, Map.of())
                                        .map(NOTHING);
                            }
                            return outOfReach(volumes.get(name), force);
                        }))
                // Not in the lane: one of the same name may be made meanwhile.
                .compose(Removal::finish);
    }

    static final Removal NOTHING = new Removal() {
        @Override
        public Future<Void> finish() {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> undo() {
            return Future.succeededFuture();
        }
    };

    private Future<Removal> outOfReach(Volume volume, boolean force) {
        if (!volume.users().isEmpty()) {
            throw WharfException.conflict("remove " + volume.name() + ": volume is in use - ["
                    + String.join(", ", volume.users().stream().sorted().toList()) + "]");
        }
        if (volume.isCopied()) {
            throw WharfException.conflict("remove " + volume.name() + ": volume is in use - [it is being copied]");
        }
        volume.refuseIfTaken();
        return new DropSnapshots(volumes)
                .run(volume, force)
                .compose(snapshots -> files(volume, force)
                        .compose(removal -> commit(volume)
                                .recover(failure -> removal.undo().transform(back -> Future.failedFuture(failure)))
                                .map(removal))
                        .recover(failure -> snapshots.undo().transform(back -> Future.failedFuture(failure)))
                        .map(removal -> both(removal, snapshots)));
    }

    private static Removal both(Removal one, Removal other) {
        return new Removal() {
            @Override
            public Future<Void> finish() {
                return one.finish().compose(done -> other.finish());
            }

            @Override
            public Future<Void> undo() {
                return one.undo().compose(done -> other.undo());
            }
        };
    }

    private Future<Removal> files(Volume volume, boolean force) {
        return volumes.drivers()
                .of(volume)
                .compose((VolumeDriver driver) -> driver.remove(volume.name(), volume.options()))
                // Of a plugin that is gone, or has lost it, at least the row can go.
                .recover(failure -> force && !volume.driver().equals(Drivers.LOCAL)
                        ? Future.succeededFuture(NOTHING)
                        : Future.failedFuture(failure))
                .recover(failure -> Future.failedFuture(MakeVolume.named("remove " + volume.name(), failure)));
    }

    private Future<Volume> commit(Volume volume) {
        return volumes.store()
                .write(tx -> {
                    FailurePoint.reach("remove volume");
                    VolumeTable.delete(tx, volume.name());
                    CopyTable.forget(tx, volume.name());
                    tx.announce("volume", "destroy", volume.name(), Map.of("driver", volume.driver()));
                    return volume;
                })
                .onSuccess(volumes::drop);
    }
}
