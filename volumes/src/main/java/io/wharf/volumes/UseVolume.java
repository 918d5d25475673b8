package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.contracts.VolumeService.VolumeDetail;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Counts the containers that were made with a volume. */
final class UseVolume {
    private final Volumes volumes;

    UseVolume(Volumes volumes) {
        this.volumes = volumes;
    }

    Future<VolumeDetail> use(String name, String containerId) {
        return volumes.lanes().run(name, () -> {
            Volume volume = volumes.get(name);
            return volumes.store()
                    .write(tx -> {
                        VolumeTable.addUser(tx, name, containerId);
                        return name;
                    })
                    .map(committed -> {
                        volume.users().add(containerId);
                        return volumes.detail(volume);
                    });
        });
    }

    /** Ends all uses by a container; answers the anonymous volumes that nobody uses any more. */
    Future<List<String>> release(String containerId) {
        List<Volume> used = volumes.all().stream()
                .filter(volume -> volume.users().contains(containerId))
                .toList();
        if (used.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return volumes.store()
                .write(tx -> {
                    VolumeTable.removeUser(tx, containerId);
                    return containerId;
                })
                .map(committed -> used.stream()
                        .filter(volume -> {
                            volume.users().remove(containerId);
                            volume.mountedBy().remove(containerId);
                            return volume.isAnonymous() && volume.users().isEmpty();
                        })
                        .map(Volume::name)
                        .toList());
    }

    /** Ends uses by containers that do not exist: their removal was cut off between two commits. */
    Future<Void> keepOnly(List<String> containerIds) {
        Set<String> gone = new HashSet<>();
        volumes.all().forEach(volume -> gone.addAll(volume.users()));
        containerIds.forEach(gone::remove);
        return Future.all(gone.stream().map(this::release).toList()).mapEmpty();
    }
}
