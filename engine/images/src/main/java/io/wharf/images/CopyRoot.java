package io.wharf.images;

import io.wharf.base.Ids;
import io.wharf.linux.CopyEntry;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LowerFolders;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a union of layers shows into a folder of plain files. Neither the depth of the tree takes stack, nor do the
 * names of a large folder take memory.
 */
final class CopyRoot {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private final CopyEntry copy = new CopyEntry();
    private final Deque<Level> levels = new ArrayDeque<>();
    /** A name for each copied file that has several, by its inode: the others are links to it. */
    private final Fd links;

    private CopyRoot(Fd links) {
        this.links = links;
    }

    /** A folder on the way down: what shines through, and its copy. */
    private static final class Level implements AutoCloseable {
        final LowerFolders from;
        final Fd to;
        final @Nullable FileStatus status;
        final Deque<Directories.Entry> names = new ArrayDeque<>();
        private int reading;

        Level(LowerFolders from, Fd to, @Nullable FileStatus status) {
            this.from = from;
            this.to = to;
            this.status = status;
        }

        /** The layer that the names come from. */
        Fd layer() {
            return from.folders().get(reading);
        }

        /** False at the end of the last layer's. */
        boolean readSome() {
            while (reading < from.folders().size()) {
                List<Directories.Entry> some = new ArrayList<>();
                if (Directories.readSome(layer(), some)) {
                    names.addAll(some);
                    return true;
                }
                reading++;
            }
            return false;
        }

        @Override
        public void close() {
            from.close();
            to.close();
        }
    }

    /**
     * Copies into a folder that is there and empty.
     *
     * @param lowers folders in the form of overlayfs, the topmost first
     * @param like the folder whose owner, mode and times the root gets
     */
    static void run(List<String> lowers, Path like, Path target) {
        String parking = ".links-" + Ids.random();
        try (Fd root = Entries.open(target.toString(), FOLDER, 0)) {
            Entries.makeDirectory(root.value(), parking, 0700);
            try (Fd links = Entries.openAt(root.value(), parking, FOLDER, 0)) {
                new CopyRoot(links).all(lowers, root.duplicate());
            }
            RemoveTree.at(root.value(), parking);
        }
        RootFolder.describe(like, target);
    }

    private void all(List<String> lowers, Fd root) {
        try {
            levels.push(new Level(LowerFolders.of(lowers), root, null));
            while (!levels.isEmpty()) {
                step(levels.element());
            }
        } finally {
            levels.forEach(Level::close);
        }
    }

    private void step(Level level) {
        Directories.Entry entry = level.names.poll();
        if (entry == null) {
            if (!level.readSome()) {
                levels.pop();
                if (level.status != null) {
                    CopyEntry.times(level.status, level.to);
                }
                level.close();
            }
            return;
        }
        String name = entry.name();
        LowerFolders.Found found = level.from.locate(name).orElse(null);
        if (found == null || found.folder() != level.layer()) {
            // Removed, or of a layer above.
            return;
        }
        FileStatus status = found.status();
        if (status.isDirectory()) {
            copy.copy(found.folder(), name, status, level.to);
            Fd to = Entries.openAt(level.to.value(), name, FOLDER, 0);
            try {
                levels.push(new Level(level.from.enter(name), to, status));
            } catch (RuntimeException e) {
                to.close();
                throw e;
            }
        } else if (status.links() == 1 || !linked(status, level.to, name)) {
            copy.copy(found.folder(), name, status, level.to);
            if (status.links() > 1) {
                link(level.to, name, links, key(status));
            }
        }
    }

    private boolean linked(FileStatus status, Fd to, String name) {
        return link(links, key(status), to, name);
    }

    private static String key(FileStatus status) {
        return Long.toHexString(status.device()) + "-" + Long.toHexString(status.inode());
    }

    /** False where there is no such file yet, or no more links to it are possible. */
    private static boolean link(Fd from, String name, Fd to, String as) {
        try {
            Entries.link(from.value(), name, to.value(), as);
            return true;
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.EMLINK) || (e.is(Errno.EEXIST) && from != to)) {
                return false;
            }
            throw e;
        }
    }
}
