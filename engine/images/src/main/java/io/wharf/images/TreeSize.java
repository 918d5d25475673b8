package io.wharf.images;

import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;

/** Adds up the bytes of a tree's files, each hard-linked file once; what vanishes meanwhile is not counted. */
final class TreeSize {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private final Set<Long> linked = new HashSet<>();
    /** Folders on the way down: a deep tree takes no stack. */
    private final Deque<Level> levels = new ArrayDeque<>();

    private long bytes;

    private record Level(Fd folder, Iterator<Directories.Entry> entries) {}

    private TreeSize() {}

    static long of(Path folder) {
        TreeSize size = new TreeSize();
        try {
            size.enter(OpenFlags.AT_FDCWD, folder.toString());
            while (!size.levels.isEmpty()) {
                size.step(size.levels.element());
            }
        } finally {
            size.levels.forEach(level -> level.folder.close());
        }
        return size.bytes;
    }

    private void step(Level level) {
        if (!level.entries.hasNext()) {
            levels.pop().folder.close();
            return;
        }
        Directories.Entry entry = level.entries.next();
        if (entry.type() == Directories.Type.DIRECTORY) {
            enter(level.folder.value(), entry.name());
        } else {
            FileStatus.ifPresent(level.folder.value(), entry.name()).ifPresent(this::count);
        }
    }

    private void enter(int directory, String name) {
        Fd folder;
        try {
            folder = Entries.openAt(directory, name, FOLDER, 0);
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                return;
            }
            throw e;
        }
        try {
            levels.push(new Level(folder, Directories.list(folder).iterator()));
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private void count(FileStatus status) {
        if (status.isFile() && (status.links() == 1 || linked.add(status.inode()))) {
            bytes += status.size();
        }
    }
}
