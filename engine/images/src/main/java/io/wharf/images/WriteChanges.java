package io.wharf.images;

import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LowerFolders;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.SameEntry;
import io.wharf.tar.WriteEntries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Holds a container's whole root against the layers below it, and writes what differs as a layer's tar, or adds it up;
 * names in order of their bytes as far as {@link SortedNames} goes, folders with what has changed in them. What vanishes
 * meanwhile is left out.
 */
final class WriteChanges {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private final Sink sink;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final SortedNames names = new SortedNames();

    /** Takes what differs. */
    private interface Sink {
        void entry(Fd folder, String name, String path, FileStatus status) throws IOException;

        void gone(String prefix, String name) throws IOException;
    }

    /** A folder on the way down. */
    private static final class Level implements AutoCloseable {
        final Fd folder;
        final LowerFolders lowers;
        final String prefix;
        final FileStatus status;
        final SortedNames.Folder names;
        /** Its own entry stands in the tar already. */
        boolean written;

        /** Both folders are the level's own from now on. */
        Level(Fd folder, LowerFolders lowers, String prefix, FileStatus status, boolean written, SortedNames names) {
            this.folder = folder;
            this.lowers = lowers;
            this.prefix = prefix;
            this.status = status;
            this.written = written;
            List<Fd> all = new ArrayList<>(lowers.folders());
            all.addFirst(folder);
            this.names = names.of(all, (from, name) -> from == folder || isGone(from, name));
        }

        /** Of the layers, names that are in the folder, too, would come twice. */
        private boolean isGone(Fd from, String name) {
            return FileStatus.ifPresent(folder.value(), name).isEmpty() && lowers.isTopmost(from, name);
        }

        @Override
        public void close() {
            folder.close();
            lowers.close();
        }
    }

    private WriteChanges(Sink sink) {
        this.sink = sink;
    }

    /** Writes the layer's tar; the root folder itself where it is no longer as it was made. */
    static void run(Path root, List<String> lowers, Path like, OutputStream out) throws IOException {
        WriteEntries entries = new WriteEntries(out);
        try (Fd folder = Entries.open(root.toString(), FOLDER, 0)) {
            WriteUpper.writeRoot(entries, folder, like);
        }
        new WriteChanges(new Sink() {
                    @Override
                    public void entry(Fd folder, String name, String path, FileStatus status) throws IOException {
                        entries.entry(folder, name, path, status);
                    }

                    @Override
                    public void gone(String prefix, String name) throws IOException {
                        WriteUpper.markGone(entries, prefix, name);
                    }
                })
                .walk(root, lowers);
        entries.tar().finish();
    }

    /** Bytes of the files that are new or changed, each linked file once. */
    static long size(Path root, List<String> lowers) throws IOException {
        FileBytes bytes = new FileBytes();
        new WriteChanges(new Sink() {
                    @Override
                    public void entry(Fd folder, String name, String path, FileStatus status) {
                        bytes.add(status);
                    }

                    @Override
                    public void gone(String prefix, String name) {}
                })
                .walk(root, lowers);
        return bytes.sum();
    }

    private void walk(Path root, List<String> below) throws IOException {
        Fd folder = Entries.open(root.toString(), FOLDER, 0);
        try {
            enter(folder, LowerFolders.of(below), "", FileStatus.of(folder), true);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
        try {
            while (!levels.isEmpty()) {
                step(levels.element());
            }
        } finally {
            levels.forEach(Level::close);
        }
    }

    private void enter(Fd folder, LowerFolders lowers, String prefix, FileStatus status, boolean written) {
        levels.push(new Level(folder, lowers, prefix, status, written, names));
    }

    private void step(Level level) throws IOException {
        String name = level.names.next();
        if (name == null) {
            levels.pop().close();
            return;
        }
        try {
            entry(level, name);
        } catch (LinuxException e) {
            // The container goes on while we look.
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private void entry(Level level, String name) throws IOException {
        LowerFolders.Found below = level.lowers.locate(name).orElse(null);
        FileStatus status = FileStatus.ifPresent(level.folder.value(), name).orElse(null);
        if (status == null) {
            if (below != null) {
                lead();
                sink.gone(level.prefix, name);
            }
            return;
        }
        boolean same = below != null && SameEntry.test(level.folder, status, below.folder(), below.status(), name);
        if (!same) {
            lead();
            sink.entry(level.folder, name, level.prefix + name, status);
        }
        if (status.isDirectory()) {
            Fd folder = Entries.openAt(level.folder.value(), name, FOLDER, 0);
            LowerFolders lowers;
            try {
                lowers = level.lowers.enter(name);
            } catch (RuntimeException e) {
                folder.close();
                throw e;
            }
            enter(folder, lowers, level.prefix + name + "/", status, !same);
        }
    }

    /** Writes the folders around a change that do not stand in the tar yet, the outermost first. */
    private void lead() throws IOException {
        Level above = null;
        for (Iterator<Level> from = levels.descendingIterator(); from.hasNext(); ) {
            Level level = from.next();
            if (!level.written && above != null) {
                level.written = true;
                String path = level.prefix.substring(0, level.prefix.length() - 1);
                sink.entry(above.folder, path.substring(path.lastIndexOf('/') + 1), path, level.status);
            }
            above = level;
        }
    }
}
