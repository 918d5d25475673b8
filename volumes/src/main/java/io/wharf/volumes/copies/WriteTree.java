package io.wharf.volumes.copies;

import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Names;
import io.wharf.linux.OpenFlags;
import io.wharf.tar.WriteEntries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Writes a tree as a tar: owners, modes, times to the nanosecond, attributes and ACLs, holes, hard links. The folder itself
 * is its first entry, {@code ./}. Sockets have no place in a tar.
 *
 * <p>The tree may change meanwhile: no symlink is followed, and what vanishes is left out. Memory holds one chunk, the open
 * folders of the way down, and some of their names.
 */
public final class WriteTree {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    /** PATH_MAX: beyond it no path can name anything either, and so many levels are open at most. */
    private static final int LONGEST_PATH = 4096;

    private static final int UPPER_LEVELS = 32;
    private static final int MANY_BYTES = 32 << 10;
    private static final int FEW_BYTES = 1 << 10;

    private static final Comparator<Directories.Entry> BY_NAME =
            Comparator.comparing(entry -> Names.encode(entry.name()), Arrays::compareUnsigned);

    private final WriteEntries entries;
    private final Deque<Level> levels = new ArrayDeque<>();

    private record Level(Fd folder, String prefix, Deque<Directories.Entry> names) {}

    private WriteTree(OutputStream out) {
        this.entries = new WriteEntries(out).exactly();
    }

    /** Writes all of it, the end mark included; the stream is the caller's to close. */
    public static void run(Path root, OutputStream out) throws IOException {
        new WriteTree(out).all(root);
    }

    private void all(Path root) throws IOException {
        try {
            Fd top = Entries.open(root.toString(), FOLDER, 0);
            levels.push(new Level(top, "./", new ArrayDeque<>()));
            entries.head(top.value(), ".", ".", FileStatus.of(top));
            while (!levels.isEmpty()) {
                step(levels.element());
            }
            entries.tar().finish();
        } finally {
            levels.forEach(level -> level.folder().close());
        }
    }

    private void step(Level level) throws IOException {
        Directories.Entry entry = level.names().poll();
        if (entry == null) {
            List<Directories.Entry> some = new ArrayList<>();
            if (Directories.readSome(level.folder(), some, levels.size() <= UPPER_LEVELS ? MANY_BYTES : FEW_BYTES)) {
                some.sort(BY_NAME);
                level.names().addAll(some);
            } else {
                levels.pop();
                level.folder().close();
            }
            return;
        }
        try {
            one(level, entry.name());
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private void one(Level level, String name) throws IOException {
        FileStatus status = FileStatus.ofEntry(level.folder().value(), name);
        String path = level.prefix() + name;
        if (!status.isDirectory()) {
            entries.entry(level.folder(), name, path, status);
            return;
        }
        if (path.length() >= LONGEST_PATH) {
            throw new LinuxException("open", Errno.ENAMETOOLONG, path);
        }
        Fd folder = Entries.openAt(level.folder().value(), name, FOLDER, 0);
        levels.push(new Level(folder, path + "/", new ArrayDeque<>()));
        entries.head(folder.value(), ".", path, FileStatus.of(folder));
    }
}
