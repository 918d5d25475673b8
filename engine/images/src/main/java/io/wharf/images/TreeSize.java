package io.wharf.images;

import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Adds up the bytes of a tree's files, each hard-linked file once; what vanishes meanwhile is not counted. */
final class TreeSize {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private final Set<Long> linked = new HashSet<>();
    private long bytes;

    private TreeSize() {}

    static long of(Path folder) {
        TreeSize size = new TreeSize();
        size.walk(OpenFlags.AT_FDCWD, folder.toString());
        return size.bytes;
    }

    private void walk(int directory, String name) {
        try (Fd folder = Entries.openAt(directory, name, FOLDER, 0)) {
            for (var entry : Directories.list(folder)) {
                if (entry.type() == Directories.Type.DIRECTORY) {
                    walk(folder.value(), entry.name());
                } else {
                    FileStatus.ifPresent(folder.value(), entry.name()).ifPresent(this::count);
                }
            }
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private void count(FileStatus status) {
        if (status.isFile() && (status.links() == 1 || linked.add(status.inode()))) {
            bytes += status.size();
        }
    }
}
