package io.wharf.linux;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Removes a file tree without following a symlink; what is gone already is fine. Blocks: for a pool.
 *
 * <p>The tree is a container's to make: neither its depth takes stack, nor do the names of a large folder take memory.
 */
public final class RemoveTree {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    /** Folders on the way down of which many names are read at a time; of deeper ones a few. */
    private static final int UPPER_LEVELS = 32;

    private static final int MANY_BYTES = 32 << 10;
    private static final int FEW_BYTES = 1 << 10;

    private RemoveTree() {}

    /** A folder on the way down. */
    private static final class Level {
        final String name;
        final Fd folder;
        final Deque<Directories.Entry> names = new ArrayDeque<>();
        boolean removedSome;

        Level(int parent, String name) {
            this.name = name;
            this.folder = Entries.openAt(parent, name, FOLDER, 0);
        }

        /** False at the end of the folder. */
        boolean readSome(int bytes) {
            List<Directories.Entry> some = new ArrayList<>();
            boolean more = Directories.readSome(folder, some, bytes);
            names.addAll(some);
            return more;
        }
    }

    public static void at(Path path) {
        at(OpenFlags.AT_FDCWD, path.toString());
    }

    public static void at(int directory, String name) {
        if (unlinked(directory, name) || removedEmpty(directory, name)) {
            return;
        }
        Deque<Level> levels = new ArrayDeque<>();
        try {
            enter(levels, directory, name);
            while (!levels.isEmpty()) {
                step(directory, levels);
            }
        } finally {
            levels.forEach(level -> level.folder.close());
        }
    }

    /** A subvolume goes as a whole: who made it read-only would else have made it stay. */
    private static void enter(Deque<Level> levels, int parent, String name) {
        Level level = new Level(parent, name);
        levels.push(level);
        if (Btrfs.deleted(level.folder, parent, name)) {
            levels.pop().folder.close();
        }
    }

    private static void step(int directory, Deque<Level> levels) {
        Level level = levels.element();
        Directories.Entry entry = level.names.poll();
        if (entry != null) {
            level.removedSome = true;
            int folder = level.folder.value();
            boolean gone = entry.type() != Directories.Type.DIRECTORY && unlinked(folder, entry.name());
            if (!gone && !removedEmpty(folder, entry.name())) {
                enter(levels, folder, entry.name());
            }
            return;
        }
        if (level.readSome(levels.size() <= UPPER_LEVELS ? MANY_BYTES : FEW_BYTES)) {
            return;
        }
        levels.pop();
        level.folder.close();
        int parent = levels.isEmpty() ? directory : levels.element().folder.value();
        try {
            Entries.removeDirectory(parent, level.name);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOTEMPTY, Errno.EEXIST) || !level.removedSome) {
                throw e;
            }
            // Some file systems pass names over while others are removed.
            enter(levels, parent, level.name);
        }
    }

    /** False of a folder. */
    private static boolean unlinked(int directory, String name) {
        try {
            Entries.unlink(directory, name);
            return true;
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return true;
            }
            if (!e.is(Errno.EISDIR, Errno.EPERM)) {
                throw e;
            }
            return false;
        }
    }

    /** False of a folder that has something in it. */
    private static boolean removedEmpty(int directory, String name) {
        try {
            Entries.removeDirectory(directory, name);
            return true;
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return true;
            }
            if (!e.is(Errno.ENOTEMPTY, Errno.EEXIST)) {
                throw e;
            }
            return false;
        }
    }
}
