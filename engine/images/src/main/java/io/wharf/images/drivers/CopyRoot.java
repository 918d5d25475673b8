package io.wharf.images.drivers;

import io.wharf.base.Ids;
import io.wharf.linux.CopyEntry;
import io.wharf.linux.Descent;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LowerFolders;
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
    private final CopyEntry copy = new CopyEntry();
    private final Descent<Folder> way;
    /** A name for each copied file that has several, by its inode: the others are links to it. */
    private final Fd links;

    /** @param to the folder's own from now on */
    private CopyRoot(List<String> lowers, Fd to, Fd links) {
        this.links = links;
        way = Descent.from(to, lowers, new Folder(null));
    }

    /** What is known of a folder on the way: the copy, through which the layers shine. */
    private static final class Folder {
        final @Nullable FileStatus status;
        /** Read and not copied yet; few folders of a deep tree have any. */
        @Nullable
        Deque<Directories.Entry> names;

        /** The layer that the names come from; 0 is the copy. */
        int reading = 1;

        Folder(@Nullable FileStatus status) {
            this.status = status;
        }

        Directories.@Nullable Entry next(Descent.Step<?> step) {
            while (names == null || names.isEmpty()) {
                if (reading >= step.sources()) {
                    return null;
                }
                List<Directories.Entry> some = new ArrayList<>();
                if (Directories.readSome(step.source(reading), some)) {
                    names = new ArrayDeque<>(some);
                } else {
                    names = null;
                    reading++;
                }
            }
            return names.poll();
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
        try (Fd root = Entries.open(target.toString(), Descent.FOLDER, 0)) {
            Entries.makeDirectory(root.value(), parking, 0700);
            try (Fd links = Entries.openAt(root.value(), parking, Descent.FOLDER, 0)) {
                new CopyRoot(lowers, root.duplicate(), links).all();
            }
            RemoveTree.at(root.value(), parking);
        }
        RootFolder.describe(like, target);
    }

    private void all() {
        try (Descent<?> end = way) {
            while (end.depth() > 0) {
                step();
            }
        }
    }

    private void step() {
        Descent.Step<Folder> step = way.current();
        Folder folder = step.kept();
        Fd to = step.folder();
        Directories.Entry entry = folder.next(step);
        if (entry == null) {
            if (folder.status != null) {
                CopyEntry.times(folder.status, to);
            }
            way.leave();
            return;
        }
        String name = entry.name();
        LowerFolders.Found found = step.lowers().locate(name).orElse(null);
        if (found == null || found.folder() != step.source(folder.reading)) {
            // Removed, or of a layer above.
            return;
        }
        FileStatus status = found.status();
        if (status.isDirectory()) {
            copy.copy(found.folder(), name, status, to);
            way.enter(name, new Folder(status));
        } else if (status.links() == 1 || !linked(status, to, name)) {
            copy.copy(found.folder(), name, status, to);
            if (status.links() > 1) {
                link(to, name, links, key(status));
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
