package io.wharf.containers;

import io.wharf.base.WharfException;
import io.wharf.oci.HostMounts;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which {@code /dev/shm} a container gets: its own, one on the host that others may join, or that of another.
 *
 * @param donor bundle of the container whose memory is joined, or null
 * @param ref how that one was named
 * @param shareable whether others may join this one's
 */
record SharedMemory(@Nullable Path donor, String ref, boolean shareable) {
    static SharedMemory of(Container container, Room room) {
        String mode = container.host().ipcMode();
        if (mode.startsWith(OtherContainers.MODE)) {
            Container other = room.containers().get(mode.substring(OtherContainers.MODE.length()));
            return new SharedMemory(room.files(other).bundle(), other.id(), false);
        }
        return new SharedMemory(null, "", mode.equals("shareable"));
    }

    /** Makes or finds it, on a thread that may block; null where the runtime makes one. */
    @Nullable
    Path prepare(Path bundle, long bytes) {
        if (shareable) {
            return HostMounts.shareMemory(bundle, bytes);
        }
        if (donor == null) {
            return null;
        }
        Path shared = HostMounts.sharedMemory(donor);
        if (!Files.isDirectory(shared)) {
            throw WharfException.invalid("failed to join IPC namespace: container " + ref
                    + ": non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
        }
        return shared;
    }
}
