package io.wharf.files;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.FileView;
import io.wharf.contracts.ImageService.LayerFolders;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LowerFolders;
import io.wharf.linux.Names;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.SameEntry;
import io.wharf.streams.PulledBytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a container has changed in its root, as JSON, made as far as the reader has room: its writable layer held against
 * those below, folders before what is in them, names in the order of their bytes.
 *
 * <p>As Docker has it, a folder in which anything differs counts as modified, and so do those around it.
 */
final class ListChanges implements PulledBytes.Source {
    private static final int MODIFIED = 0;
    private static final int ADDED = 1;
    private static final int DELETED = 2;
    private static final String MARK = ".wh.";
    private static final int CHUNK = 32 << 10;
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    private static final Comparator<Named> BY_NAME =
            Comparator.comparing(named -> Names.encode(named.name()), Arrays::compareUnsigned);
    /** Folders on the way down of which many names are kept at a time; of deeper ones a few. */
    private static final int UPPER_LEVELS = 16;

    private static final int MANY = 8192;
    private static final int MANY_BYTES = 32 << 10;
    private static final int FEW = 16;
    private static final int FEW_BYTES = 1 << 10;
    /** PATH_MAX: nothing in the container can name what lies deeper, and here each level keeps its path. */
    private static final int LONGEST_PATH = 4096;

    private final FileView view;
    /** The writable layer is the whole root: what differs is found by looking at everything. */
    private final boolean whole;

    private final Deque<Level> levels = new ArrayDeque<>();
    private boolean begun;
    private boolean finished;

    /** A name of a folder; hidden where it is only in the layers below, which the folder hides. */
    private record Named(String name, boolean hidden) {}

    /** A folder of the writable layer that is being listed. */
    private static final class Level implements AutoCloseable {
        final Fd folder;
        final LowerFolders lowers;
        final String path;
        final ArrayDeque<Named> names = new ArrayDeque<>();
        private final ArrayDeque<Fd> unread = new ArrayDeque<>();
        boolean told;

        /** Both folders are the level's own from now on; {@code bare} where nothing shines through the folder. */
        Level(Fd folder, LowerFolders lowers, String path, boolean told, boolean bare) {
            this.folder = folder;
            this.lowers = lowers;
            this.path = path;
            this.told = told;
            unread.add(folder);
            try {
                // An opaque folder was removed and made anew: what is below and not here any more is deleted.
                if (bare || LowerFolders.isOpaque(folder)) {
                    unread.addAll(lowers.folders());
                }
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }

        /** The next one; those of a folder with more than are kept at a time come sorted in parts. */
        @Nullable
        Named next(int most, int bytes) {
            if (names.isEmpty()) {
                List<Named> some = new ArrayList<>();
                while (some.size() < most && !unread.isEmpty()) {
                    readSome(unread.element(), bytes, some);
                }
                some.sort(BY_NAME);
                names.addAll(some);
            }
            return names.poll();
        }

        private void readSome(Fd source, int bytes, List<Named> into) {
            List<Directories.Entry> read = new ArrayList<>();
            if (!Directories.readSome(source, read, bytes)) {
                unread.remove();
            }
            for (Directories.Entry entry : read) {
                boolean hidden = source != folder;
                if (!hidden
                        || (lowers.isTopmost(source, entry.name())
                                && FileStatus.ifPresent(folder.value(), entry.name())
                                        .isEmpty())) {
                    into.add(new Named(entry.name(), hidden));
                }
            }
        }

        @Override
        public void close() {
            folder.close();
            lowers.close();
        }
    }

    private ListChanges(FileView view, boolean whole) {
        this.view = view;
        this.whole = whole;
    }

    /** The view is this one's from now on; on a thread that may block. */
    static ListChanges of(FileView view) {
        LayerFolders layers = view.layers();
        if (layers == null) {
            throw new IllegalStateException("a view without its layers");
        }
        ListChanges list = new ListChanges(view, layers.whole());
        Fd upper = Entries.open(layers.upper(), FOLDER, 0);
        LowerFolders lowers;
        try {
            lowers = LowerFolders.of(layers.lowers());
        } catch (RuntimeException e) {
            upper.close();
            throw e;
        }
        list.levels.push(new Level(upper, lowers, "", true, layers.whole()));
        return list;
    }

    @Override
    public @Nullable ByteBuf next() {
        if (finished) {
            return null;
        }
        ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(CHUNK);
        try {
            while (out.readableBytes() < CHUNK - 8192 && !finished) {
                if (view.isRevoked()) {
                    throw WharfException.conflict("container " + view.containerId() + " is being removed");
                }
                step(out);
            }
            return out;
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }

    private void step(ByteBuf out) {
        Level level = levels.peek();
        if (level == null) {
            finished = true;
            // No change at all is null in Docker.
            ByteBufUtil.writeAscii(out, begun ? "]\n" : "null\n");
            return;
        }
        try {
            boolean upper = levels.size() <= UPPER_LEVELS;
            Named next = level.next(upper ? MANY : FEW, upper ? MANY_BYTES : FEW_BYTES);
            if (next == null) {
                levels.pop().close();
                return;
            }
            String path = level.path + "/" + next.name();
            if (next.hidden()) {
                tell(out, path, DELETED);
            } else {
                entry(out, level, next.name(), path);
            }
        } catch (LinuxException e) {
            // The container goes on while we look.
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private void entry(ByteBuf out, Level level, String name, String path) {
        FileStatus status = FileStatus.ofEntry(level.folder.value(), name);
        if (!whole && name.startsWith(MARK) && status.isFile() && status.size() == 0) {
            // A mark of fuse-overlayfs in the form that tars have, and a commit takes it for one, whoever wrote it.
            String gone = name.substring(MARK.length());
            if (!gone.startsWith(MARK) && level.lowers.locate(gone).isPresent()) {
                tell(out, level.path + "/" + gone, DELETED);
            }
            return;
        }
        LowerFolders.Found found = level.lowers.locate(name).orElse(null);
        FileStatus below = found == null ? null : found.status();
        if (!whole && LowerFolders.isWhiteout(status)) {
            if (below != null) {
                tell(out, path, DELETED);
            }
            return;
        }
        boolean told = true;
        if (below == null) {
            tell(out, path, ADDED);
        } else if (whole && found != null && SameEntry.test(level.folder, status, found.folder(), below, name)) {
            told = false;
        } else if (!whole && status.isDirectory() && below.isDirectory() && isSame(status, below)) {
            told = false;
        } else {
            tell(out, path, MODIFIED);
        }
        if (status.isDirectory() && path.length() < LONGEST_PATH) {
            Fd folder = Entries.openAt(level.folder.value(), name, FOLDER, 0);
            LowerFolders lowers;
            try {
                lowers = level.lowers.enter(name);
            } catch (RuntimeException e) {
                folder.close();
                throw e;
            }
            levels.push(new Level(folder, lowers, path, told, whole));
        }
    }

    /** Sizes of folders say nothing: file systems count them in their own ways. */
    private static boolean isSame(FileStatus one, FileStatus other) {
        return one.mode() == other.mode()
                && one.uid() == other.uid()
                && one.gid() == other.gid()
                && SameEntry.sameTime(one, other);
    }

    /** A folder that nothing was told of yet is told of before what has changed in it. */
    private void tell(ByteBuf out, String path, int kind) {
        levels.descendingIterator().forEachRemaining(level -> {
            if (!level.told) {
                level.told = true;
                write(out, level.path, MODIFIED);
            }
        });
        write(out, path, kind);
    }

    private void write(ByteBuf out, String path, int kind) {
        out.writeByte(begun ? ',' : '[');
        begun = true;
        ByteBufUtil.writeAscii(out, "{\"Path\":");
        out.writeBytes(Json.writeBytes(Printable.text(path)));
        ByteBufUtil.writeAscii(out, ",\"Kind\":" + kind + "}");
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public void close() {
        levels.forEach(Level::close);
        levels.clear();
        view.close();
    }
}
