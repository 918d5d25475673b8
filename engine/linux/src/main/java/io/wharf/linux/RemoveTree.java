package io.wharf.linux;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes a file tree without following a symlink; what is gone already is fine. Blocks: for a pool.
 *
 * <p>The tree is a container's to make: its depth takes neither stack nor descriptors, nor do the names of a large folder
 * take memory. Of the folders on the way down the last few are open; one before them is opened again from below, and listed
 * anew.
 */
public final class RemoveTree {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    private static final int MOST_OPEN = 32;

    private final int directory;
    private final String top;
    private final Deque<Level> levels = new ArrayDeque<>();
    /** Device and inode of each folder on the way that is closed for now. */
    private long[] closed = new long[64];

    private int closedLength;

    private RemoveTree(int directory, String top) {
        this.directory = directory;
        this.top = top;
    }

    /** A folder on the way down; without a name where the one around it will be listed anew. */
    private static final class Level {
        final @Nullable String name;
        final Fd folder;
        final Deque<Directories.Entry> names = new ArrayDeque<>();
        boolean removedSome;

        Level(@Nullable String name, Fd folder) {
            this.name = name;
            this.folder = folder;
        }

        /** False at the end of the folder. */
        boolean readSome() {
            List<Directories.Entry> some = new ArrayList<>();
            boolean more = Directories.readSome(folder, some);
            names.addAll(some);
            return more;
        }
    }

    public static void at(Path path) {
        at(OpenFlags.AT_FDCWD, path.toString());
    }

    public static void at(int directory, String name) {
        if (!unlinked(directory, name) && !removedEmpty(directory, name)) {
            new RemoveTree(directory, name).all();
        }
    }

    private void all() {
        try {
            enter(directory, top);
            while (!levels.isEmpty()) {
                step(levels.element());
            }
        } finally {
            levels.forEach(level -> level.folder.close());
        }
    }

    /** A subvolume goes as a whole: who made it read-only would else have made it stay. */
    private void enter(int parent, String name) {
        Level level = new Level(name, Entries.openAt(parent, name, FOLDER, 0));
        levels.push(level);
        if (Btrfs.deleted(level.folder, parent, name)) {
            levels.pop().folder.close();
        } else if (levels.size() > MOST_OPEN) {
            closeFirst();
        }
    }

    private void closeFirst() {
        try (Fd first = levels.removeLast().folder) {
            FileStatus status = FileStatus.of(first);
            if (closedLength + 2 > closed.length) {
                closed = Arrays.copyOf(closed, 2 * closed.length);
            }
            closed[closedLength++] = status.device();
            closed[closedLength++] = status.inode();
        }
    }

    /** Opens the folder around one again, if that is where it still lies. */
    private void openAround(Fd below) {
        Fd around = Entries.openAt(below.value(), "..", FOLDER, 0);
        closedLength -= 2;
        levels.push(new Level(closedLength == 0 ? top : null, around));
        FileStatus status = FileStatus.of(around);
        if (status.device() != closed[closedLength] || status.inode() != closed[closedLength + 1]) {
            throw new LinuxException("openat", Errno.ESTALE, top, "moved while it was removed");
        }
    }

    private void step(Level level) {
        Directories.Entry entry = level.names.poll();
        if (entry != null) {
            level.removedSome = true;
            int folder = level.folder.value();
            boolean gone = entry.type() != Directories.Type.DIRECTORY && unlinked(folder, entry.name());
            if (!gone && !removedEmpty(folder, entry.name())) {
                enter(folder, entry.name());
            }
            return;
        }
        if (level.readSome()) {
            return;
        }
        levels.pop();
        try (Fd folder = level.folder) {
            if (levels.isEmpty() && closedLength > 0) {
                openAround(folder);
            }
        }
        if (level.name != null) {
            remove(level, level.name);
        }
    }

    private void remove(Level level, String name) {
        int parent = levels.isEmpty() ? directory : levels.element().folder.value();
        try {
            Entries.removeDirectory(parent, name);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOTEMPTY, Errno.EEXIST) || !level.removedSome) {
                throw e;
            }
            // Some file systems pass names over while others are removed.
            enter(parent, name);
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
