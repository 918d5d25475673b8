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
import io.wharf.linux.Names;
import io.wharf.linux.OpenFlags;
import io.wharf.streams.PulledBytes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
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
    private static final int CHUNK = 32 << 10;
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    private static final Comparator<String> BYTES = Comparator.comparing(Names::encode, Arrays::compareUnsigned);

    private final FileView view;
    private final Deque<Level> levels = new ArrayDeque<>();
    private boolean begun;
    private boolean finished;

    /** A folder of the writable layer that is being listed. */
    private static final class Level implements AutoCloseable {
        final Fd folder;
        final LowerFolders lowers;
        final String path;
        final ArrayDeque<String> names;
        final Set<String> hidden;
        boolean told;

        Level(Fd folder, LowerFolders lowers, String path, boolean told) {
            this.folder = folder;
            this.lowers = lowers;
            this.path = path;
            this.told = told;
            Set<String> all = new TreeSet<>(BYTES);
            Directories.list(folder).forEach(entry -> all.add(entry.name()));
            // An opaque folder was removed and made anew: what is below and not here any more is deleted.
            hidden = LowerFolders.isOpaque(folder) ? lowers.names() : new HashSet<>();
            hidden.removeIf(all::contains);
            all.addAll(hidden);
            names = new ArrayDeque<>(all);
        }

        @Override
        public void close() {
            folder.close();
            lowers.close();
        }
    }

    private ListChanges(FileView view) {
        this.view = view;
    }

    /** The view is this one's from now on; on a thread that may block. */
    static ListChanges of(FileView view) {
        ListChanges list = new ListChanges(view);
        LayerFolders layers = view.layers();
        if (layers == null) {
            throw new IllegalStateException("a view without its layers");
        }
        list.levels.push(
                new Level(Entries.open(layers.upper(), FOLDER, 0), LowerFolders.of(layers.lowers()), "", true));
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
        String name = level.names.poll();
        if (name == null) {
            levels.pop().close();
            return;
        }
        String path = level.path + "/" + name;
        if (level.hidden.contains(name)) {
            tell(out, path, DELETED);
            return;
        }
        try {
            entry(out, level, name, path);
        } catch (LinuxException e) {
            // The container goes on while we look.
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private void entry(ByteBuf out, Level level, String name, String path) {
        FileStatus status = FileStatus.ofEntry(level.folder.value(), name);
        FileStatus below = level.lowers.find(name).orElse(null);
        if (LowerFolders.isWhiteout(status)) {
            if (below != null) {
                tell(out, path, DELETED);
            }
            return;
        }
        boolean told = true;
        if (below == null) {
            tell(out, path, ADDED);
        } else if (status.isDirectory() && below.isDirectory() && isSame(status, below)) {
            told = false;
        } else {
            tell(out, path, MODIFIED);
        }
        if (status.isDirectory()) {
            Fd folder = Entries.openAt(level.folder.value(), name, FOLDER, 0);
            LowerFolders lowers = null;
            try {
                lowers = level.lowers.enter(name);
                levels.push(new Level(folder, lowers, path, told));
            } catch (RuntimeException e) {
                folder.close();
                if (lowers != null) {
                    lowers.close();
                }
                throw e;
            }
        }
    }

    /** Sizes of folders say nothing: file systems count them in their own ways. */
    private static boolean isSame(FileStatus one, FileStatus other) {
        return one.mode() == other.mode()
                && one.uid() == other.uid()
                && one.gid() == other.gid()
                && one.modifiedSeconds() == other.modifiedSeconds()
                && (one.modifiedNanos() == other.modifiedNanos()
                        || one.modifiedNanos() == 0
                        || other.modifiedNanos() == 0);
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
