package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.contracts.Pending;
import io.wharf.volumes.CopyTable.Snapshot;
import io.wharf.volumes.ReplaceContent.Told;
import java.util.Map;

/** Gives a volume the content of one of its snapshots. */
final class RestoreVolume {
    private final Copies copies;

    RestoreVolume(Copies copies) {
        this.copies = copies;
    }

    Pending<Void> run(String name, String snapshot) {
        copies.volumes().get(name);
        Copies.Wish wish = new Copies.Wish();
        Future<Void> restored = copies.volumes()
                .lanes()
                .run(
                        Copies.snapshotLane(name),
                        () -> copies.snapshot(name, snapshot)
                                .compose(found -> new HoldVolume(copies)
                                        .alone(name, "being restored", volume -> restore(volume, found, wish))));
        return new Pending<>(restored, wish::withdraw);
    }

    private Future<Void> restore(Volume volume, Snapshot snapshot, Copies.Wish wish) {
        Told told = new Told("restore", Map.of("driver", volume.driver(), "snapshot", snapshot.name()));
        ReplaceContent replace = new ReplaceContent(copies);
        String id = Ids.random();
        return copies.volumes().drivers().of(volume).compose(driver -> {
            if (!ReplaceContent.isFolder(volume, driver)) {
                return replace.refill(volume, id, copies.folders().snapshot(snapshot.id()), told);
            }
            return copies.bulk()
                    .call(() -> copies.folders().stage(copies.folders().snapshot(snapshot.id()), id, wish.unwanted()))
                    .recover(failure -> copies.bulk()
                            .run(() -> copies.folders().discard(id))
                            .transform(gone -> Future.failedFuture(Withdrawn.orElse(wish, failure))))
                    .compose(staged -> replace.swap(volume, driver, id, told));
        });
    }
}
