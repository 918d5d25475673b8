package io.wharf.oci;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountFlags;
import io.wharf.linux.Mounts;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Propagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the host mounts for one run of a container, in a folder of the run's bundle: parts of volumes and images, binds
 * without what is mounted below, and a {@code /dev/shm} that others may join.
 *
 * <p>A part is held by a mount of its own, for whoever writes to the volume could put a link in its place between the
 * look at it and the runtime's mount.
 */
public final class HostMounts {
    private static final String FOLDER = "mounts";
    private static final String SHARED_MEMORY = "shm";

    private HostMounts() {}

    /** Mounts what the plan has for it, and answers it with the places; on a thread that may block. */
    public static MountPlan mount(MountPlan plan, Path bundle) {
        if (plan.targets().stream().noneMatch(HostMounts::isOurs)) {
            return plan;
        }
        List<MountTarget> placed = new ArrayList<>();
        for (MountTarget target : plan.targets()) {
            Path place = bundle.resolve(FOLDER).resolve(Integer.toString(placed.size()));
            placed.add(isOurs(target) ? target.withSource(mounted(target, place)) : target);
        }
        return new MountPlan(placed);
    }

    // Binds without what is mounted below are made here too: crun takes that along whatever it is told.
    private static boolean isOurs(MountTarget target) {
        return !target.subpath().isEmpty() || (target.type().equals(MountTarget.BIND) && !target.recursive());
    }

    private static String mounted(MountTarget target, Path place) {
        try (Fd found = open(target)) {
            if (FileStatus.of(found).isDirectory()) {
                Files.createDirectories(place);
            } else {
                Files.createDirectories(bundleFolder(place));
                Files.createFile(place);
            }
            Mounts.real().bind(found.procPath(), place.toString(), target.recursive());
            if (!target.propagation().contains("shared")
                    && !target.propagation().contains("slave")) {
                // Else a peer of its source: what is detached below ours would be detached from the host's too.
                Mounts.real().propagation(place.toString(), Propagation.SLAVE, true);
            }
            return place.toString();
        } catch (LinuxException e) {
            ErrorKind kind = e.is(Errno.ENOENT, Errno.ENOTDIR) ? ErrorKind.NOT_FOUND : ErrorKind.INTERNAL;
            throw new WharfException(
                    kind,
                    "cannot access path " + Path.of(target.source()).resolve(target.subpath()) + ": "
                            + e.reason().toLowerCase(Locale.ROOT),
                    e);
        } catch (IOException e) {
            throw WharfException.internal("cannot mount " + target.source() + ": " + e.getMessage(), e);
        }
    }

    private static Path bundleFolder(Path place) {
        return java.util.Objects.requireNonNull(place.getParent());
    }

    private static Fd open(MountTarget target) {
        if (target.subpath().isEmpty()) {
            return Entries.open(target.source(), OpenFlags.O_PATH, 0);
        }
        try (Fd base = Entries.openDirectory(target.source())) {
            return Entries.openBeneath(base.value(), target.subpath(), OpenFlags.O_PATH, 0);
        }
    }

    /** Mounts the memory that a container shares with others; on a thread that may block. */
    public static Path shareMemory(Path bundle, long bytes) {
        try {
            Path place = Files.createDirectories(sharedMemory(bundle));
            Mounts.real()
                    .mount(
                            "shm",
                            place.toString(),
                            "tmpfs",
                            MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC,
                            "mode=1777,size=" + bytes);
            return place;
        } catch (IOException e) {
            throw WharfException.internal("cannot make the shared memory: " + e.getMessage(), e);
        }
    }

    /** Where the memory of a container that shares it lies; there or not. */
    public static Path sharedMemory(Path bundle) {
        return bundle.resolve(FOLDER).resolve(SHARED_MEMORY);
    }

    /** Takes all mounts of a run away, before its bundle is deleted; none there is fine. */
    public static void unmountAll(Path bundle) {
        Path folder = bundle.resolve(FOLDER);
        if (Files.exists(folder)) {
            Mounts.real().unmountAll(folder.toString(), MountFlags.MNT_DETACH);
        }
    }
}
