package io.wharf.images;

import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import io.wharf.tar.TarEntry;
import io.wharf.tar.WriteEntries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Writes an overlay's upper folder as a layer's tar, with whiteouts as OCI has them; names in order of their bytes as far as
 * {@link SortedNames} goes, so that the same content gives the same tar. What a process of the container takes away
 * meanwhile is left out.
 */
final class WriteUpper {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    /** What fuse-overlayfs says in either way. */
    private static final List<String> OPAQUE_XATTRS =
            List.of(UnpackTree.OPAQUE_XATTR, "user.fuseoverlayfs.opaque", "user.overlay.opaque");

    private final WriteEntries entries;
    /** Folders on the way down: a deep tree takes no stack. */
    private final Deque<Level> levels = new ArrayDeque<>();

    private final SortedNames names = new SortedNames();

    private record Level(Fd folder, String prefix, SortedNames.Folder names) {}

    private WriteUpper(OutputStream out) {
        entries = new WriteEntries(out);
    }

    /** The root folder itself is part of the layer where it is no longer as it was made. */
    static void run(Path upper, Path like, OutputStream out) throws IOException {
        WriteUpper writer = new WriteUpper(out);
        try {
            Fd root = Entries.open(upper.toString(), FOLDER, 0);
            writer.enter(root, "");
            writeRoot(writer.entries, root, like);
            while (!writer.levels.isEmpty()) {
                writer.step(writer.levels.element());
            }
        } finally {
            writer.levels.forEach(level -> level.folder.close());
        }
        writer.entries.tar().finish();
    }

    static void writeRoot(WriteEntries entries, Fd root, Path like) throws IOException {
        FileStatus status = FileStatus.of(root);
        if (!RootFolder.isAsMade(status, like)) {
            entries.entry(root, ".", ".", status);
        }
    }

    private void enter(Fd folder, String prefix) {
        levels.push(new Level(folder, prefix, names.of(List.of(folder), (from, name) -> true)));
    }

    private void step(Level level) throws IOException {
        String name = level.names.next();
        if (name == null) {
            levels.pop().folder.close();
            return;
        }
        try {
            entry(level, name, level.prefix + name);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private void entry(Level level, String name, String path) throws IOException {
        FileStatus status = FileStatus.ofEntry(level.folder.value(), name);
        if (UnpackTree.isWhiteout(status)) {
            markGone(entries, level.prefix, name);
            return;
        }
        if (name.startsWith(UnpackTree.WHITEOUT)) {
            // fuse-overlayfs writes its own marks in the form that tars have.
            markGone(entries, level.prefix, name.substring(UnpackTree.WHITEOUT.length()));
            return;
        }
        entries.entry(level.folder, name, path, status);
        if (status.isDirectory()) {
            Fd below = Entries.openAt(level.folder.value(), name, FOLDER, 0);
            boolean opaque;
            try {
                opaque = OPAQUE_XATTRS.stream()
                        .anyMatch(xattr -> Xattrs.get(below, xattr).isPresent());
            } catch (RuntimeException e) {
                below.close();
                throw e;
            }
            enter(below, path + "/");
            if (opaque) {
                mark(entries, path + "/" + UnpackTree.OPAQUE);
            }
        }
    }

    static void markGone(WriteEntries entries, String prefix, String name) throws IOException {
        mark(entries, prefix + UnpackTree.WHITEOUT + name);
    }

    private static void mark(WriteEntries entries, String path) throws IOException {
        entries.tar().whole(TarEntry.file(path, 0, 0), new byte[0]);
    }
}
