package io.wharf.images.drivers;

import io.wharf.linux.Descent;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LowerFolders;
import io.wharf.linux.Xattrs;
import io.wharf.tar.TarEntry;
import io.wharf.tar.WriteEntries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes an overlay's upper folder as a layer's tar, with whiteouts as OCI has them; names in order of their bytes as far as
 * {@link SortedNames} goes, so that the same content gives the same tar. What a process of the container takes away or moves
 * meanwhile is left out.
 */
final class WriteUpper {
    /** What fuse-overlayfs says in either way. */
    private static final List<String> OPAQUE_XATTRS =
            List.of(Whiteouts.OPAQUE_XATTR, "user.fuseoverlayfs.opaque", "user.overlay.opaque");

    private final WriteEntries entries;
    private final Descent<SortedNames.Folder> way;
    private final SortedNames names = new SortedNames();

    private WriteUpper(Path upper, WriteEntries entries) {
        this.entries = entries;
        way = Descent.from(upper.toString(), List.of(), names.folder());
    }

    /** The root folder itself is part of the layer where it is no longer as it was made. */
    static void run(Path upper, Path like, OutputStream out) throws IOException {
        WriteEntries entries = new WriteEntries(out);
        WriteUpper writer = new WriteUpper(upper, entries);
        try (Descent<?> way = writer.way) {
            writeRoot(entries, way.current().folder(), like);
            while (way.depth() > 0) {
                writer.step();
            }
        }
        entries.tar().finish();
    }

    static void writeRoot(WriteEntries entries, Fd root, Path like) throws IOException {
        FileStatus status = FileStatus.of(root);
        if (!RootFolder.isAsMade(status, like)) {
            entries.entry(root, ".", ".", status);
        }
    }

    private void step() throws IOException {
        Descent.Step<SortedNames.Folder> step = way.current();
        String name = step.kept().next(step, (source, each) -> true);
        if (name == null) {
            way.leave();
            return;
        }
        try {
            entry(step.folder(), name);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private void entry(Fd folder, String name) throws IOException {
        FileStatus status = FileStatus.ofEntry(folder.value(), name);
        if (LowerFolders.isWhiteout(status)) {
            markGone(entries, way.path(), name);
            return;
        }
        if (name.startsWith(Whiteouts.PREFIX)) {
            // fuse-overlayfs writes its own marks in the form that tars have.
            markGone(entries, way.path(), name.substring(Whiteouts.PREFIX.length()));
            return;
        }
        entries.entry(folder, name, way.path(name), status);
        if (status.isDirectory()) {
            way.enter(name, names.folder());
            Fd below = way.current().folder();
            if (OPAQUE_XATTRS.stream()
                    .anyMatch(xattr -> Xattrs.get(below, xattr).isPresent())) {
                mark(entries, way.path(Whiteouts.OPAQUE));
            }
        }
    }

    static void markGone(WriteEntries entries, String prefix, String name) throws IOException {
        mark(entries, prefix + Whiteouts.PREFIX + name);
    }

    private static void mark(WriteEntries entries, String path) throws IOException {
        entries.tar().whole(TarEntry.file(path, 0, 0), new byte[0]);
    }
}
