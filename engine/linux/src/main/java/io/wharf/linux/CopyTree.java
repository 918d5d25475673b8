package io.wharf.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * Copies a folder with everything in it: owners, modes, times, extended attributes, holes, symbolic links as they are, hard
 * links among themselves, special files. Contents are shared where the file system can. Blocks: for a pool.
 *
 * <p>Neither the depth of the tree takes stack, nor do the names of a large folder take memory.
 */
public final class CopyTree {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    /** Up to so many files are synced one by one, and the whole file system where there are more. */
    private static final int FEW = 32;

    private final CopyEntry copy;
    /** Of an exact copy: whether nobody wants it any more. */
    private final BooleanSupplier unwanted;

    private final Deque<Level> levels = new ArrayDeque<>();
    /** A name for each copied file that has several, by its inode: the others are links to it. */
    private final Fd links;

    private final boolean durable;
    /** Copied files that are on their way to the disk. */
    private final List<Fd> written = new ArrayList<>();

    private boolean many;
    /** The copy itself, which may lie in what is copied. */
    private String itself = "";

    private CopyTree(Fd links, boolean durable, CopyEntry copy, BooleanSupplier unwanted) {
        this.links = links;
        this.durable = durable;
        this.copy = copy;
        this.unwanted = unwanted;
    }

    /** A folder on the way down, and its copy. */
    private static final class Level implements AutoCloseable {
        final Fd from;
        final Fd to;
        final FileStatus status;
        final Deque<Directories.Entry> names = new ArrayDeque<>();

        Level(Fd from, Fd to, FileStatus status) {
            this.from = from;
            this.to = to;
            this.status = status;
        }

        boolean readSome() {
            List<Directories.Entry> some = new ArrayList<>();
            boolean more = Directories.readSome(from, some);
            names.addAll(some);
            return more;
        }

        @Override
        public void close() {
            from.close();
            to.close();
        }
    }

    /**
     * Copies a folder.
     *
     * @param to the copy, which must not exist
     * @param durable whether all contents are to be on the disk when this returns
     */
    public static void copy(String from, String to, boolean durable) {
        Entries.makeDirectory(to, 0700);
        run(from, to, durable, new CopyEntry(true), () -> false);
    }

    /**
     * Copies what is in a folder, which others may change meanwhile, so that nobody can tell it from the original: with every
     * attribute, those of the host included. What vanishes is left out. All of it is on the disk when this returns.
     *
     * @param to is there, and gets the owner, mode, times and attributes of the first; a name that is in both is an error
     * @param unwanted asked between entries; once true, the copy ends with ECANCELED and what there is of it stays
     */
    public static void exactly(String from, String to, BooleanSupplier unwanted) {
        run(from, to, false, CopyEntry.exact(), unwanted);
        try (Fd target = Entries.open(to, FOLDER, 0)) {
            Storage.syncFileSystem(target);
        }
    }

    private static void run(String from, String to, boolean durable, CopyEntry copy, BooleanSupplier unwanted) {
        String parking =
                ".links-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (Fd source = Entries.open(from, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
                Fd target = Entries.open(to, FOLDER, 0)) {
            FileStatus status = FileStatus.of(source);
            Entries.makeDirectory(target.value(), parking, 0700);
            try (Fd links = Entries.openAt(target.value(), parking, FOLDER, 0)) {
                CopyTree tree = new CopyTree(links, durable, copy, unwanted);
                try {
                    tree.all(source.duplicate(), target.duplicate(), status);
                    RemoveTree.at(target.value(), parking);
                    copy.folder(source, status, target);
                    CopyEntry.times(status, target);
                    tree.sync(target);
                } finally {
                    tree.written.forEach(Fd::close);
                }
            } finally {
                RemoveTree.at(target.value(), parking);
            }
        }
    }

    private void all(Fd from, Fd to, FileStatus status) {
        try {
            levels.push(new Level(from, to, status));
            itself = key(FileStatus.of(to));
            while (!levels.isEmpty()) {
                if (unwanted.getAsBoolean()) {
                    throw new LinuxException("copy", Errno.ECANCELED);
                }
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
                // Last: filling the copy has changed its times, and a default ACL would be handed on to what is made in
                // it.
                copy.folder(level.from, level.status, level.to);
                CopyEntry.times(level.status, level.to);
                level.close();
            }
            return;
        }
        try {
            one(level, entry.name());
        } catch (LinuxException e) {
            // Gone since it was listed; a copy that is gone is a fault.
            if (!e.is(Errno.ENOENT)
                    || FileStatus.ifPresent(level.from.value(), entry.name()).isPresent()) {
                throw e;
            }
        }
    }

    private void one(Level level, String name) {
        FileStatus status = FileStatus.ofEntry(level.from.value(), name);
        if (status.isDirectory()) {
            if (key(status).equals(itself)) {
                return;
            }
            Entries.makeDirectory(level.to.value(), name, 0700);
            enter(level, name, status);
        } else if (status.links() == 1 || !link(links, key(status), level.to, name)) {
            copy.copy(level.from, name, status, level.to);
            written(level.to, name, status);
            if (status.links() > 1) {
                link(level.to, name, links, key(status));
            }
        }
    }

    private void enter(Level level, String name, FileStatus status) {
        Fd from = Entries.openAt(level.from.value(), name, FOLDER, 0);
        try {
            levels.push(new Level(from, Entries.openAt(level.to.value(), name, FOLDER, 0), status));
        } catch (RuntimeException e) {
            from.close();
            throw e;
        }
    }

    private void written(Fd folder, String name, FileStatus status) {
        if (durable && status.isFile() && status.size() > 0) {
            many |= written.size() == FEW;
            if (!many) {
                Fd file = Entries.openAt(folder.value(), name, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW, 0);
                written.add(file);
                Storage.beginSync(file);
            }
        }
    }

    private void sync(Fd target) {
        if (many) {
            Storage.syncFileSystem(target);
        } else {
            written.forEach(Storage::sync);
        }
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
            if (e.is(Errno.ENOENT, Errno.EMLINK, Errno.EPERM, Errno.EOPNOTSUPP) || (e.is(Errno.EEXIST) && from != to)) {
                return false;
            }
            throw e;
        }
    }
}
