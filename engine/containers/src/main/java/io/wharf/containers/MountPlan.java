package io.wharf.containers;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.VolumeService;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What is mounted into a container, in the order of mounting: a target never stands before one above it.
 *
 * <p>Life: made by {@link #of} at the container's creation; {@link #volumesToCreate} are created, {@link #withVolumes}
 * fills in their names and folders; the result is kept with the container, and each start asks
 * {@link #prepareSources} and fills in the folders again.
 */
record MountPlan(List<MountTarget> targets) {
    static final MountPlan EMPTY = new MountPlan(List.of());

    MountPlan {
        targets = List.copyOf(targets);
    }

    /**
     * The plan of a create request; refuses as Docker does.
     *
     * @param volumesFrom the plan of a container by name or id; throws its own 404
     */
    static MountPlan of(ContainerConfig config, HostConfig host, Function<String, MountPlan> volumesFrom) {
        throw new UnsupportedOperationException(config + " " + host + volumesFrom);
    }

    /** Requests for all volumes of the plan, in its order, by destination; an empty name asks for an anonymous one. */
    Map<String, VolumeService.CreateVolume> volumesToCreate() {
        throw new UnsupportedOperationException();
    }

    /** The plan with the volumes' names, drivers and folders, by destination. */
    MountPlan withVolumes(Map<String, VolumeService.VolumeDetail> volumes) {
        throw new UnsupportedOperationException(volumes.toString());
    }

    /** The plan with the folders that {@link VolumeService#mount} answered, by the volumes' names. */
    MountPlan withFolders(Map<String, String> folders) {
        throw new UnsupportedOperationException(folders.toString());
    }

    /** Makes the missing host folders that {@code -v} promises and checks all others; on a thread that may block. */
    void prepareSources() {
        throw new UnsupportedOperationException();
    }

    /** What inspect shows. */
    List<ContainerDetail.MountPoint> mountPoints() {
        throw new UnsupportedOperationException();
    }
}
