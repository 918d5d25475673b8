package io.wharf.files;

import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One folder as the layers below the writable one show it: the folders of that name that shine through, topmost first. By
 * the rules of overlayfs: a device 0:0 hides a name, an opaque folder all below it.
 */
final class LowerFolders implements AutoCloseable {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    private static final String OPAQUE = "trusted.overlay.opaque";

    private final List<Fd> folders = new ArrayList<>();

    /** The roots of the layers. */
    static LowerFolders of(List<String> paths) {
        LowerFolders roots = new LowerFolders();
        try {
            paths.forEach(path -> roots.folders.add(Entries.open(path, FOLDER, 0)));
            return roots;
        } catch (RuntimeException e) {
            roots.close();
            throw e;
        }
    }

    /** What is below under this name, if anything. */
    Optional<FileStatus> find(String name) {
        for (Fd folder : folders) {
            FileStatus status = status(folder, name);
            if (status != null) {
                return isWhiteout(status) ? Optional.empty() : Optional.of(status);
            }
        }
        return Optional.empty();
    }

    /** The folder below of this name; without anything in it where there is none. */
    LowerFolders enter(String name) {
        LowerFolders below = new LowerFolders();
        try {
            for (Fd folder : folders) {
                FileStatus status = status(folder, name);
                if (status == null) {
                    continue;
                }
                if (!status.isDirectory()) {
                    break;
                }
                Fd entered = Entries.openAt(folder.value(), name, FOLDER, 0);
                below.folders.add(entered);
                if (isOpaque(entered)) {
                    break;
                }
            }
            return below;
        } catch (RuntimeException e) {
            below.close();
            throw e;
        }
    }

    /** Those that shine through, topmost first. */
    List<Fd> folders() {
        return folders;
    }

    /** Whether a name shines through out of this one of the folders. */
    boolean isTopmost(Fd folder, String name) {
        for (Fd one : folders) {
            FileStatus status = status(one, name);
            if (status != null) {
                return one == folder && !isWhiteout(status);
            }
        }
        return false;
    }

    static boolean isOpaque(Fd folder) {
        return Xattrs.get(folder, OPAQUE)
                .filter(value -> value.length == 1 && value[0] == 'y')
                .isPresent();
    }

    static boolean isWhiteout(FileStatus status) {
        return (status.mode() & FileStatus.S_IFMT) == FileStatus.S_IFCHR
                && status.specialMajor() == 0
                && status.specialMinor() == 0;
    }

    private static @org.jspecify.annotations.Nullable FileStatus status(Fd folder, String name) {
        try {
            return FileStatus.ofEntry(folder.value(), name);
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ENAMETOOLONG)) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        folders.forEach(Fd::close);
        folders.clear();
    }
}
