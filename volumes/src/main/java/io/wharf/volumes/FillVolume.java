package io.wharf.volumes;

import io.wharf.base.FailurePoint;
import io.wharf.base.WharfException;
import io.wharf.linux.CopyEntry;
import io.wharf.linux.CopyTree;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Copies an image's content into an empty volume. The copy is put together elsewhere, and gets its second name when all of
 * it is on the disk; from then on it is only moved, and whoever mounts the volume next moves the rest of one that was cut
 * off. So nobody ever sees half a copy, and nothing that a user has put there is replaced. Blocks.
 */
final class FillVolume {
    private static final int NO_REPLACE = 1;
    private static final int FEW_BYTES = 1024;
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY;

    private final String data;
    private final String home;
    /** Where the copy is made, and where it lies when it is whole: both in the folder {@code home}. */
    private final String half;

    private final String whole;
    /** Whether the copy may take the place of the volume's folder. */
    private final boolean replaces;

    /**
     * @param data the volume's folder
     * @param beside a folder on the same file system; empty where only the volume itself is on it
     * @param shared whether others may have the folder mounted, which then has to stay the same one
     */
    FillVolume(Path data, Optional<Path> beside, boolean shared) {
        this.data = data.toString();
        this.home = beside.orElse(data).toString();
        this.half = beside.isPresent() ? "_filling" : ".wharf-filling";
        this.whole = beside.isPresent() ? "_filled" : ".wharf-filled";
        this.replaces = beside.isPresent() && !shared;
    }

    /**
     * Copies, or goes on with what was cut off.
     *
     * @param from the image's folder, which need not be there; null where nothing is to be copied
     * @return whether the volume has become another; then it is to be synced before it may count as filled
     */
    boolean run(@Nullable String from) {
        try {
            return steps(from);
        } catch (LinuxException e) {
            throw WharfException.internal(
                    "failed to copy the content of the image to volume folder " + data + ": " + e.getMessage(), e);
        }
    }

    private boolean steps(@Nullable String from) {
        try (Fd folder = Entries.open(home, FOLDER, 0)) {
            RemoveTree.at(folder.value(), half);
            if (FileStatus.ifPresent(folder.value(), whole).isPresent()) {
                place(folder);
                return true;
            }
            if (from == null || !isFolder(from) || !isEmpty()) {
                return false;
            }
            try {
                CopyTree.copy(from, home + "/" + half, true);
                FailurePoint.reach("fill volume copied");
                Entries.rename(folder.value(), half, folder.value(), whole, NO_REPLACE);
            } catch (RuntimeException e) {
                // A disk that is full is to have its room back.
                RemoveTree.at(folder.value(), half);
                throw e;
            }
            place(folder);
            return true;
        }
    }

    /** Makes the names durable, as the contents are already. */
    void sync() {
        Storage.syncDirectory(home);
        Storage.syncDirectory(data);
    }

    private void place(Fd folder) {
        if (replaces) {
            try {
                // rename(2) replaces an empty folder; one that a user has filled meanwhile is refused and stays.
                Entries.rename(folder.value(), whole, OpenFlags.AT_FDCWD, data, 0);
                return;
            } catch (LinuxException e) {
                if (!e.is(Errno.ENOTEMPTY, Errno.EEXIST)) {
                    throw e;
                }
            }
        }
        try (Fd from = Entries.openAt(folder.value(), whole, FOLDER, 0);
                Fd to = Entries.open(data, FOLDER, 0)) {
            FileStatus status = FileStatus.of(from);
            for (Directories.Entry entry : Directories.list(from)) {
                move(from, entry.name(), to);
                FailurePoint.reach("fill volume moved");
            }
            CopyEntry.describe(from, status, to, true);
            CopyEntry.times(status, to);
        }
        // What is left has the name of something that a user has made meanwhile.
        RemoveTree.at(folder.value(), whole);
    }

    private static void move(Fd from, String name, Fd to) {
        try {
            Entries.rename(from.value(), name, to.value(), name, NO_REPLACE);
        } catch (LinuxException e) {
            if (e.is(Errno.EINVAL, Errno.ENOSYS)) {
                // A file system that cannot promise not to replace.
                if (FileStatus.ifPresent(to.value(), name).isEmpty()) {
                    Entries.rename(from.value(), name, to.value(), name, 0);
                }
            } else if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    private static boolean isFolder(String path) {
        return FileStatus.ifPresent(OpenFlags.AT_FDCWD, path)
                .filter(FileStatus::isDirectory)
                .isPresent();
    }

    /** Reads only as much of a large folder as it takes to see that it is not empty. */
    private boolean isEmpty() {
        try (Fd folder = Entries.open(data, FOLDER, 0)) {
            List<Directories.Entry> some = new ArrayList<>();
            boolean more = true;
            while (some.isEmpty() && more) {
                more = Directories.readSome(folder, some, FEW_BYTES);
            }
            return some.isEmpty();
        }
    }
}
