package io.wharf.linux;

import java.nio.file.Path;

/** Removes a file tree without following a symlink; what is gone already is fine. Blocks: for a pool. */
public final class RemoveTree {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private RemoveTree() {}

    public static void at(Path path) {
        at(OpenFlags.AT_FDCWD, path.toString());
    }

    public static void at(int directory, String name) {
        try {
            Entries.unlink(directory, name);
            return;
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return;
            }
            if (!e.is(Errno.EISDIR, Errno.EPERM)) {
                throw e;
            }
        }
        removeFolder(directory, name);
    }

    private static void removeFolder(int directory, String name) {
        try {
            Entries.removeDirectory(directory, name);
            return;
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return;
            }
            if (!e.is(Errno.ENOTEMPTY, Errno.EEXIST)) {
                throw e;
            }
        }
        try (Fd folder = Entries.openAt(directory, name, FOLDER, 0)) {
            for (var entry : Directories.list(folder)) {
                switch (entry.type()) {
                    case DIRECTORY -> removeFolder(folder.value(), entry.name());
                    case FILE, SYMLINK, FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE, UNKNOWN ->
                        at(folder.value(), entry.name());
                }
            }
        }
        Entries.removeDirectory(directory, name);
    }
}
