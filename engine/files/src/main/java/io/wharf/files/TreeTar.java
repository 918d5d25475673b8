package io.wharf.files;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.wharf.base.WharfException;
import io.wharf.contracts.FileView;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Names;
import io.wharf.linux.OpenFlags;
import io.wharf.streams.PulledBytes;
import io.wharf.tar.WriteEntries;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tree of a container as a tar, made as far as the reader has room and holding no thread in between.
 *
 * <p>Every step down is one name in an open folder, never followed if it is a link: what a process of the container swaps
 * meanwhile can change what is copied, but never lead outside. What vanishes is left out. Memory holds one chunk, the
 * open folders of the way down, and some of their names.
 */
final class TreeTar implements PulledBytes.Source {
    private static final Logger LOG = LoggerFactory.getLogger(TreeTar.class);
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    private static final int CHUNK = 128 << 10;
    /**
     * PATH_MAX: beyond it no path of the container can name anything either. So levels, of which each is an open
     * descriptor and a path, are 2048 at the most, and a few megabytes.
     */
    private static final int LONGEST_PATH = 4096;
    /** Folders on the way down of which many names are read at a time; of deeper ones a few. */
    private static final int UPPER_LEVELS = 32;

    private static final int MANY_BYTES = 32 << 10;
    private static final int FEW_BYTES = 1 << 10;

    private static final Comparator<Directories.Entry> BY_NAME =
            Comparator.comparing(entry -> Names.encode(entry.name()), Arrays::compareUnsigned);

    private final FileView view;
    private final WriteEntries entries = new WriteEntries(new Into());
    private final Deque<Level> levels = new ArrayDeque<>();
    private @Nullable ByteBuf out;
    private WriteEntries.@Nullable Content content;
    private boolean finished;
    private boolean complained;

    /** A folder on the way down. */
    private static final class Level {
        final Fd folder;
        final String prefix;
        final ArrayDeque<Directories.Entry> names = new ArrayDeque<>();
        boolean more = true;

        Level(Fd folder, String prefix) {
            this.folder = folder;
            this.prefix = prefix;
        }

        Directories.@Nullable Entry next(int bytes) {
            while (names.isEmpty() && more) {
                List<Directories.Entry> some = new ArrayList<>();
                // A folder that cannot be listed, such as one removed meanwhile, has nothing more.
                more = false;
                more = Directories.readSome(folder, some, bytes);
                some.sort(BY_NAME);
                names.addAll(some);
            }
            return names.poll();
        }
    }

    private TreeTar(FileView view) {
        this.view = view;
    }

    /**
     * One entry with all below it. On a thread that may block; the entry stays the caller's, the view is now this one's.
     *
     * @param name that the entry gets in the tar
     */
    static TreeTar of(FileView view, Located start, String name) throws IOException {
        TreeTar tree = new TreeTar(view);
        ByteBuf first = tree.begin();
        try {
            boolean root = name.equals("/");
            if (!start.status().isDirectory()) {
                tree.content = tree.entries.head(start.folder().value(), start.name(), name, start.status());
            } else {
                Fd folder = Entries.openAt(start.folder().value(), start.name(), FOLDER, 0);
                Level level = new Level(folder, root ? "/" : name + "/");
                level.more = !Located.isKernelsOwn(folder);
                tree.levels.push(level);
                tree.entries.head(folder.value(), ".", root ? "" : name, FileStatus.of(folder));
            }
        } catch (IOException | RuntimeException e) {
            first.release();
            tree.closeAll();
            throw e;
        }
        return tree;
    }

    /** What is in the root, without the root itself. */
    static TreeTar ofRoot(FileView view) {
        TreeTar tree = new TreeTar(view);
        tree.begin();
        tree.levels.push(new Level(Entries.openAt(view.root(), ".", FOLDER, 0), ""));
        return tree;
    }

    private ByteBuf begin() {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(CHUNK);
        out = buffer;
        return buffer;
    }

    @Override
    public @Nullable ByteBuf next() throws IOException {
        if (finished) {
            return null;
        }
        ByteBuf buffer = out == null ? begin() : out;
        while (buffer.readableBytes() < CHUNK && !finished) {
            if (view.isRevoked()) {
                throw WharfException.conflict("container " + view.containerId() + " is being removed");
            }
            step(buffer);
        }
        out = null;
        return buffer;
    }

    private void step(ByteBuf buffer) throws IOException {
        WriteEntries.Content current = content;
        if (current != null) {
            int room = (int) Math.min(CHUNK - buffer.readableBytes(), current.left());
            buffer.ensureWritable(room);
            current.read(buffer.nioBuffer(buffer.writerIndex(), room));
            buffer.writerIndex(buffer.writerIndex() + room);
            if (current.left() == 0) {
                content = null;
                current.close();
                entries.tar().end();
            }
            return;
        }
        Level level = levels.peek();
        if (level == null) {
            entries.tar().finish();
            finished = true;
            return;
        }
        try {
            Directories.Entry entry = level.next(levels.size() <= UPPER_LEVELS ? MANY_BYTES : FEW_BYTES);
            if (entry == null) {
                levels.pop().folder.close();
                return;
            }
            add(level, entry.name());
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                complain(String.valueOf(e.getMessage()));
            }
        }
    }

    private void complain(String why) {
        if (!complained) {
            complained = true;
            LOG.warn("not all of container {} can be read: {}", view.containerId(), why);
        }
    }

    private void add(Level level, String name) throws IOException {
        FileStatus status = FileStatus.ofEntry(level.folder.value(), name);
        String path = level.prefix + name;
        if (!status.isDirectory()) {
            content = entries.head(level.folder.value(), name, path, status);
            return;
        }
        Fd folder = Entries.openAt(level.folder.value(), name, FOLDER, 0);
        try {
            FileStatus opened = FileStatus.of(folder);
            entries.head(folder.value(), ".", path, opened);
            // The kernel's own files have no end, and devices are made anew for each run.
            boolean closed = opened.mountRoot() && (Located.isKernelsOwn(folder) || path.equals("/dev"));
            if (!closed && path.length() < LONGEST_PATH) {
                levels.push(new Level(folder, path + "/"));
                folder = null;
            } else if (!closed) {
                complain("a folder's path is too long");
            }
        } finally {
            if (folder != null) {
                folder.close();
            }
        }
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public void close() {
        if (out != null) {
            out.release();
            out = null;
        }
        closeAll();
        view.close();
    }

    private void closeAll() {
        out = null;
        if (content != null) {
            content.close();
        }
        levels.forEach(level -> level.folder.close());
        levels.clear();
    }

    /** Heads and padding go where the contents go. */
    private final class Into extends OutputStream {
        @Override
        public void write(int b) {
            buffer().writeByte(b);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            buffer().writeBytes(from, offset, length);
        }

        private ByteBuf buffer() {
            if (out == null) {
                throw new IllegalStateException("written to between two chunks");
            }
            return out;
        }
    }
}
