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
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Adds up the bytes of a tree's files, each hard-linked file once; what vanishes meanwhile is not counted. The tree is a
 * container's to make: neither its depth takes stack, nor do the names of a large folder take memory.
 */
final class TreeSize {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    /** Folders on the way down of which many names are read at a time; of deeper ones a few. */
    private static final int UPPER_LEVELS = 32;

    private static final int MANY_BYTES = 32 << 10;
    private static final int FEW_BYTES = 1 << 10;

    private final FileBytes bytes = new FileBytes();
    private final Deque<Level> levels = new ArrayDeque<>();

    /** Entries are those that were read and not looked at yet. */
    private record Level(Fd folder, Deque<Directories.Entry> entries) {}

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
        return size.bytes.sum();
    }

    private void step(Level level) {
        Directories.Entry entry = level.entries.poll();
        if (entry == null) {
            List<Directories.Entry> some = new ArrayList<>();
            if (!Directories.readSome(level.folder, some, levels.size() <= UPPER_LEVELS ? MANY_BYTES : FEW_BYTES)) {
                levels.pop().folder.close();
            }
            level.entries.addAll(some);
        } else if (entry.type() == Directories.Type.DIRECTORY) {
            enter(level.folder.value(), entry.name());
        } else {
            FileStatus.ifPresent(level.folder.value(), entry.name()).ifPresent(bytes::add);
        }
    }

    private void enter(int directory, String name) {
        try {
            levels.push(new Level(Entries.openAt(directory, name, FOLDER, 0), new ArrayDeque<>()));
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }
}
