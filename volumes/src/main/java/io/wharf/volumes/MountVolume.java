package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a volume ready for a container that starts; the first one may bring the content of its image along. */
final class MountVolume {
    private final Volumes volumes;
    private final Pools pools;

    MountVolume(Volumes volumes, Pools pools) {
        this.volumes = volumes;
        this.pools = pools;
    }

    Future<String> mount(String name, String mounting, @Nullable String copyFrom) {
        String containerId = VolumeService.containerOf(mounting);
        return volumes.lanes().run(name, () -> {
            Volume volume = volumes.get(name);
            Future<Void> ready = copyFrom == null || volume.isFilled()
                    ? pools.run(() -> Files.createDirectories(volumes.data(name)))
                    : fill(volume, Path.of(copyFrom), containerId);
            return ready.compose(done -> volumes.store()
                            .write(tx -> tx.announce(
                                    "volume", "mount", name, Map.of("driver", "local", "container", containerId))))
                    .map(committed -> {
                        volume.mountedBy().add(mounting);
                        return volumes.data(name).toString();
                    });
        });
    }

    Future<Void> unmount(String name, String mounting) {
        Volume volume = volumes.find(name);
        if (volume == null || !volume.mountedBy().remove(mounting)) {
            return Future.succeededFuture();
        }
        String containerId = VolumeService.containerOf(mounting);
        return volumes.store()
                .write(tx ->
                        tx.announce("volume", "unmount", name, Map.of("driver", "local", "container", containerId)))
                .mapEmpty();
    }

    private Future<Void> fill(Volume volume, Path from, String containerId) {
        // Others may have it mounted: their folder must stay the same one.
        boolean shared = volume.users().stream().anyMatch(user -> !user.equals(containerId));
        return pools.call(() -> {
                    copy(volume.name(), from, shared);
                    return volume;
                })
                .compose(copied -> volumes.store().write(tx -> {
                    VolumeTable.markFilled(tx, volume.name());
                    return volume;
                }))
                .onSuccess(Volume::setFilled)
                .mapEmpty();
    }

    /** Copies beside the volume's folder and moves over it, or into it where it is shared: no half copy is ever mounted. */
    private void copy(String name, Path from, boolean shared) {
        Path data = volumes.data(name);
        Path half = volumes.folder(name).resolve("_filling");
        try {
            RemoveTree.at(half);
            Files.createDirectories(data);
            if (!Files.isDirectory(from) || !CopyTree.isEmpty(data)) {
                return;
            }
            CopyTree.copy(from, half);
            if (shared) {
                CopyTree.moveInto(half, data);
            } else {
                // rename(2) replaces an empty folder; one that a user has filled meanwhile is refused and stays.
                Files.move(half, data, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw WharfException.internal(
                    "failed to copy the content of the image to volume " + name + ": " + e.getMessage(), e);
        }
    }
}
