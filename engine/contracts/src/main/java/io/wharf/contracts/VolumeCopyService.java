package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.Future;
import io.wharf.contracts.VolumeService.VolumeDetail;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Copies of volumes: snapshots, clones, archives; and their new names. Served by the volumes verticle; an unknown volume is
 * the 404 of {@link VolumeService}, an unknown snapshot a 404 {@code no such snapshot}.
 *
 * <p>A verb that copies ends with the wish for it: withdrawn, it leaves nothing behind.
 */
public interface VolumeCopyService {
    /** The snapshots of a volume, the oldest first. */
    Future<List<SnapshotDetail>> snapshots(String volume);

    /** Keeps what a volume holds now under a name; 409 where it has one of that name. */
    Future<Pending<SnapshotDetail>> snapshot(TakeSnapshot request);

    Future<Pending<Void>> removeSnapshot(String volume, String snapshot);

    /** Gives a volume the content of one of its snapshots; 409 while anybody has it mounted. */
    Future<Pending<Void>> restore(String volume, String snapshot);

    /** Makes a volume with the driver, the options and the content of another; 409 where the name is taken. */
    Future<Pending<VolumeDetail>> copy(CopyVolume request);

    /** What a volume, or one of its snapshots, holds, as a tar. */
    Future<Handle<ByteStream>> export(String volume, @Nullable String snapshot);

    /** Makes a volume of a tar, or gives a volume its content. */
    Future<Pending<VolumeDetail>> load(LoadVolume request);

    /** Gives a volume another name; 409 where a container refers to it or the name is taken. */
    Future<VolumeDetail> rename(String volume, String name);

    /**
     * A snapshot.
     *
     * @param size bytes of the files in it, holes not counted; what it shares with the volume takes no room of its own
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record SnapshotDetail(
            String name,
            String volume,
            String createdAt,
            @Nullable Map<String, String> labels,
            long size) {}

    /** A wish for a snapshot; the name is the volume's own affair, {@code [a-zA-Z0-9][a-zA-Z0-9_.-]*}. */
    record TakeSnapshot(String volume, String name, Map<String, String> labels) {
        public TakeSnapshot {
            name = Lists.text(name);
            labels = Lists.copy(labels);
        }
    }

    /**
     * A wish for a clone.
     *
     * @param snapshot of the volume, whose content is wanted; null for what the volume holds now
     * @param name of the new volume
     */
    record CopyVolume(String volume, @Nullable String snapshot, String name, Map<String, String> labels) {
        public CopyVolume {
            name = Lists.text(name);
            labels = Lists.copy(labels);
        }
    }

    /**
     * A tar for a volume, packed or not.
     *
     * @param replace takes a volume that is there and gives it this content in the place of its own; else that is a 409
     */
    record LoadVolume(String volume, boolean replace, Handle<ByteStream> tar) {}
}
