package io.wharf.volumes;

import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.Pools;
import io.wharf.volumes.copies.CopyFolders;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The committed volumes by name, their drivers, and the lane of each. Confined to the verticle's context. */
final class Volumes {
    private static final long SECOND = 1_000_000_000L;

    private final Store store;
    private final Pools pools;
    private final Drivers drivers;
    private final CopyFolders folders;
    private final Map<String, Volume> byName;
    private final Lanes lanes = new Lanes("volume");
    private final SnapshotReads reads = new SnapshotReads();

    Volumes(Store store, Pools pools, Drivers drivers, CopyFolders folders, Map<String, Volume> byName) {
        this.store = store;
        this.pools = pools;
        this.drivers = drivers;
        this.folders = folders;
        this.byName = byName;
    }

    Store store() {
        return store;
    }

    Pools pools() {
        return pools;
    }

    Drivers drivers() {
        return drivers;
    }

    CopyFolders folders() {
        return folders;
    }

    SnapshotReads reads() {
        return reads;
    }

    Lanes lanes() {
        return lanes;
    }

    Volume get(String name) {
        Volume volume = byName.get(name);
        if (volume == null) {
            throw WharfException.notFound("get " + name + ": no such volume");
        }
        return volume;
    }

    @Nullable
    Volume find(String name) {
        return byName.get(name);
    }

    List<Volume> all() {
        return List.copyOf(byName.values());
    }

    void put(Volume volume) {
        byName.put(volume.name(), volume);
    }

    void drop(Volume volume) {
        byName.remove(volume.name(), volume);
    }

    /** The rows, without asking anybody. */
    List<VolumeDetail> rows() {
        return byName.values().stream()
                .sorted(Comparator.comparing(Volume::name))
                .map(this::detail)
                .toList();
    }

    VolumeDetail detail(Volume volume) {
        return new VolumeDetail(
                volume.createdNanos() == 0 ? null : Times.rfc3339Nano(volume.createdNanos() / SECOND * SECOND),
                volume.driver(),
                volume.labels().isEmpty() ? null : volume.labels(),
                volume.mountpoint(),
                volume.name(),
                volume.options().isEmpty() ? null : volume.options(),
                volume.scope(),
                null,
                null);
    }
}
