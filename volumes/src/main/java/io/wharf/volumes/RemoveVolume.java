package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import java.util.Map;

/** Removes a volume and its content, unless a container uses it. */
final class RemoveVolume {
    private final Volumes volumes;
    private final Pools pools;

    RemoveVolume(Volumes volumes, Pools pools) {
        this.volumes = volumes;
        this.pools = pools;
    }

    Future<Void> run(String name, boolean force) {
        return volumes.lanes().run(name, () -> {
            Volume volume = volumes.find(name);
            if (volume == null && force) {
                return CreateLocalVolume.isName(name)
                        ? pools.run(() -> ClearUnmade.at(volumes.folder(name)))
                        : Future.succeededFuture();
            }
            return remove(volumes.get(name));
        });
    }

    private Future<Void> remove(Volume volume) {
        if (!volume.users().isEmpty()) {
            throw WharfException.conflict("remove " + volume.name() + ": volume is in use - ["
                    + String.join(", ", volume.users().stream().sorted().toList()) + "]");
        }
        // The row goes last: a removal that is cut off is seen as a volume that can be removed again.
        return pools.call(() -> {
                    RemoveTree.at(volumes.folder(volume.name()));
                    return volume;
                })
                .compose(gone -> volumes.store().write(tx -> {
                    VolumeTable.delete(tx, volume.name());
                    return tx.announce("volume", "destroy", volume.name(), Map.of("driver", "local"));
                }))
                .onSuccess(committed -> volumes.drop(volume))
                .mapEmpty();
    }
}
