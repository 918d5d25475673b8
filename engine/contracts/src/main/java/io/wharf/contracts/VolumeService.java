package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The volumes verticle's answers; an unknown name is a 404 {@code get NAME: no such volume}. */
public interface VolumeService {
    /** Between a container's id and the number of a look into it. */
    char LOOK = '#';

    /** Creates a volume, or answers the one of that name when driver and options agree. */
    Future<VolumeDetail> create(CreateVolume request);

    /** Those that there are rows of, and those that plugins tell of; plugins that do not answer leave a warning. */
    Future<VolumeList> list(Filters filters);

    Future<VolumeDetail> inspect(String name);

    /** Names of the drivers: {@code local} and the plugins that are there and answer. */
    Future<List<String>> drivers();

    /** Removes a volume that no container uses; a missing one is an error unless forced. */
    Future<Void> remove(String name, boolean force);

    Future<PrunedVolumes> prune(Filters filters);

    /** All volumes with their {@code UsageData}, but sizes of -1: nothing is walked. */
    Future<List<VolumeDetail>> counted();

    /** All volumes with their {@code UsageData}; a size of -1 where it could not be taken. Walks their files. */
    Future<List<VolumeDetail>> measured();

    /** Counts a container as a user of the volume, from its creation to its removal. */
    Future<VolumeDetail> use(String name, String containerId);

    /** Ends all uses by a container; answers the anonymous volumes that nobody uses any more. */
    Future<List<String>> release(String containerId);

    /**
     * Makes the volume's folder ready for a container that starts and answers it.
     *
     * @param containerId or {@link #lookInto} it, where it is only looked at
     * @param copyFrom a folder of the container's root whose content an empty, never filled volume takes over, or null
     */
    Future<String> mount(String name, String containerId, @Nullable String copyFrom);

    /** The container has stopped, or the look into it is over. */
    Future<Void> unmount(String name, String containerId);

    /** Who mounts a volume to look into a container that stands still; a run beside it is another one who mounts. */
    static String lookInto(String containerId, long number) {
        return containerId + LOOK + number;
    }

    /** The container of one who mounts. */
    static String containerOf(String mounting) {
        int look = mounting.indexOf(LOOK);
        return look < 0 ? mounting : mounting.substring(0, look);
    }

    /**
     * Called once by containers at its recovery: uses by containers that are not named end, and so do mounts that none of the
     * running ones has.
     */
    Future<Void> keepUsesOf(List<String> containerIds, Set<String> running);

    /**
     * The body of volume create; an empty name gets a random one, and the volume is anonymous. An empty driver stands for
     * that of a volume of the name, or for {@code local} where there is none.
     */
    record CreateVolume(String name, String driver, Map<String, String> driverOpts, Map<String, String> labels) {
        public CreateVolume {
            name = Lists.text(name);
            driver = Lists.text(driver);
            driverOpts = Lists.copy(driverOpts);
            labels = Lists.copy(labels);
        }
    }

    /** Volumes, by name, and what kept others from being told of; null for nothing. */
    record VolumeList(List<VolumeDetail> volumes, @Nullable List<String> warnings) {}

    /** One volume, as {@code GET /volumes/{name}} shows it. */
    record VolumeDetail(
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String createdAt,

            String driver,
            @Nullable Map<String, String> labels,
            String mountpoint,
            String name,
            @Nullable Map<String, String> options,
            String scope,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Map<String, Object> status,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            UsageData usageData) {
        /** One whose driver tells nothing more of it. */
        public VolumeDetail(
                @Nullable String createdAt,
                String driver,
                @Nullable Map<String, String> labels,
                String mountpoint,
                String name,
                @Nullable Map<String, String> options,
                String scope,
                @Nullable UsageData usageData) {
            this(createdAt, driver, labels, mountpoint, name, options, scope, null, usageData);
        }

        public VolumeDetail with(UsageData usage) {
            return new VolumeDetail(createdAt, driver, labels, mountpoint, name, options, scope, status, usage);
        }

        /** With what its plugin tells of it. */
        public VolumeDetail withStatus(Map<String, Object> told) {
            return new VolumeDetail(
                    createdAt,
                    driver,
                    labels,
                    mountpoint,
                    name,
                    options,
                    scope,
                    told.isEmpty() ? null : Map.copyOf(told),
                    usageData);
        }
    }

    /** Bytes on disk, and how many containers use it. */
    record UsageData(long refCount, long size) {}

    /** What a prune did. */
    record PrunedVolumes(List<String> volumesDeleted, long spaceReclaimed) {}
}
