package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.contracts.VolumeService.VolumeDetail;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
                .compose(committed -> {
                    used.forEach(volume -> volume.users().remove(containerId));
                    return Future.join(used.stream()
                            .filter(volume -> volume.mountedBy().contains(containerId))
                            .map(volume -> new MountVolume(volumes).unmount(volume.name(), containerId))
                            .toList());
                })
                .map(unmounted -> used.stream()
                        .filter(volume -> volume.isAnonymous() && volume.users().isEmpty())
                        .map(Volume::name)
                        .toList());
    }

    /**
     * After a start of the engine: ends uses by containers that do not exist, whose removal was cut off between two commits,
     * and mounts that no running one has.
     */
    Future<Void> keepOnly(List<String> containerIds, Set<String> running) {
        Set<String> gone = new HashSet<>();
        volumes.all().forEach(volume -> gone.addAll(volume.users()));
        containerIds.forEach(gone::remove);
        return Future.join(gone.stream().map(this::release).toList()).compose(released -> keepMounted(running));
    }

    private Future<Void> keepMounted(Set<String> running) {
        Map<String, Map<String, Map<String, String>>> byDriver = new HashMap<>();
        for (Volume volume : volumes.all()) {
            volume.users().stream().filter(running::contains).forEach(volume.mountedBy()::add);
            // One that is taken may be mounted at this moment, to be filled.
            if (!volume.mountedBy().isEmpty() || volume.isTaken()) {
                byDriver.computeIfAbsent(volume.driver(), driver -> new HashMap<>())
                        .put(volume.name(), volume.options());
            }
        }
        // Nobody waits for plugins that are slow to come back.
        volumes.drivers().plugins().keepMounts((name, id) -> {
            Volume volume = volumes.find(name);
            return volume != null && volume.mountedBy().contains(id);
        });
        return Future.join(volumes.drivers().all().stream()
                        .map(driver -> driver.keepMounted(byDriver.getOrDefault(driver.name(), Map.of())))
                        .toList())
                .mapEmpty();
    }
}
