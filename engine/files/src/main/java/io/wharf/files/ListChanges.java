package io.wharf.files;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.FileView;
import io.wharf.contracts.ImageService.LayerFolders;
import io.wharf.linux.Descent;
import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LowerFolders;
import io.wharf.linux.Names;
import io.wharf.linux.SameEntry;
import io.wharf.streams.PulledBytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
    private static final Comparator<Named> BY_NAME =
            Comparator.comparing(named -> Names.encode(named.name()), Arrays::compareUnsigned);
    /** Folders on the way down of which many names are kept at a time; of deeper ones a few. */
    private static final int UPPER_LEVELS = 16;

    private static final int MANY = 8192;
    private static final int MANY_BYTES = 32 << 10;
    private static final int FEW = 16;
    private static final int FEW_BYTES = 1 << 10;
    /** PATH_MAX: nothing in the container can name what lies deeper. */
    private static final int LONGEST_PATH = 4096;

    private final FileView view;
    /** The writable layer is the whole root: what differs is found by looking at everything. */
    private final boolean whole;

    private final Descent<Folder> way;
    /** So many folders on the way were told of, the root always. */
    private int told = 1;

    private boolean begun;
    private boolean finished;

    /** A name of a folder; hidden where it is only in the layers below, which the folder hides. */
    private record Named(String name, boolean hidden) {}

    /** A folder of the writable layer that is being listed. */
    private static final class Folder {
        final ArrayDeque<Named> names = new ArrayDeque<>(0);
        /** Nothing shines through: what is below and not here any more is deleted. */
        boolean bare;

        /** Which of the step's sources is read next. */
        private int source;

        Folder(boolean bare) {
            this.bare = bare;
        }

        /** The next one; those of a folder with more than are kept at a time come sorted in parts. */
        @Nullable
        Named next(Descent.Step<?> step, int most, int bytes) {
            if (names.isEmpty()) {
                int sources = bare ? step.sources() : 1;
                List<Named> some = new ArrayList<>();
                while (some.size() < most && source < sources) {
                    readSome(step, bytes, some);
                }
                some.sort(BY_NAME);
                names.addAll(some);
            }
            return names.poll();
        }

        private void readSome(Descent.Step<?> step, int bytes, List<Named> into) {
            List<Directories.Entry> read = new ArrayList<>();
            int from = source;
            if (!Directories.readSome(step.source(from), read, bytes)) {
                source++;
            }
            for (Directories.Entry entry : read) {
                boolean hidden = from > 0;
                if (!hidden
                        || (step.lowers().isTopmost(step.source(from), entry.name())
                                && FileStatus.ifPresent(step.folder().value(), entry.name())
                                        .isEmpty())) {
                    into.add(new Named(entry.name(), hidden));
                }
            }
        }
    }

    private ListChanges(FileView view, LayerFolders layers) {
        this.view = view;
        this.whole = layers.whole();
        way = Descent.from(layers.upper(), layers.lowers(), new Folder(whole));
    }

    /** The view is this one's from now on; on a thread that may block. */
    static ListChanges of(FileView view) {
        LayerFolders layers = view.layers();
        if (layers == null) {
            throw new IllegalStateException("a view without its layers");
        }
        ListChanges list = new ListChanges(view, layers);
        list.lookWhetherOpaque();
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
        if (way.depth() == 0) {
            finished = true;
            // No change at all is null in Docker.
            ByteBufUtil.writeAscii(out, begun ? "]\n" : "null\n");
            return;
        }
        Descent.Step<Folder> step = way.current();
        try {
            boolean upper = way.depth() <= UPPER_LEVELS;
            Named next = step.kept().next(step, upper ? MANY : FEW, upper ? MANY_BYTES : FEW_BYTES);
            if (next == null) {
                way.leave();
                told = Math.min(told, way.depth());
                return;
            }
            String path = "/" + way.path(next.name());
            if (next.hidden()) {
                tell(out, path, DELETED);
            } else {
                entry(out, step, next.name(), path);
            }
        } catch (LinuxException e) {
            // The container goes on while we look.
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private void entry(ByteBuf out, Descent.Step<Folder> step, String name, String path) {
        FileStatus status = FileStatus.ofEntry(step.folder().value(), name);
        if (!whole && name.startsWith(MARK) && status.isFile() && status.size() == 0) {
            // A mark of fuse-overlayfs in the form that tars have, and a commit takes it for one, whoever wrote it.
            String gone = name.substring(MARK.length());
            if (!gone.startsWith(MARK) && step.lowers().locate(gone).isPresent()) {
                tell(out, "/" + way.path(gone), DELETED);
            }
            return;
        }
        LowerFolders.Found found = step.lowers().locate(name).orElse(null);
        FileStatus below = found == null ? null : found.status();
        if (!whole && LowerFolders.isWhiteout(status)) {
            if (below != null) {
                tell(out, path, DELETED);
            }
            return;
        }
        boolean same = false;
        if (below == null) {
            tell(out, path, ADDED);
        } else if (whole && found != null && SameEntry.test(step.folder(), status, found.folder(), below, name)) {
            same = true;
        } else if (!whole && status.isDirectory() && below.isDirectory() && isSame(status, below)) {
            same = true;
        } else {
            tell(out, path, MODIFIED);
        }
        if (status.isDirectory() && path.length() < LONGEST_PATH) {
            way.enter(name, new Folder(whole));
            if (!same) {
                told = way.depth();
            }
            lookWhetherOpaque();
        }
    }

    /** An opaque folder was removed and made anew. */
    private void lookWhetherOpaque() {
        way.current().kept().bare |= LowerFolders.isOpaque(way.current().folder());
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
        for (; told < way.depth(); told++) {
            write(out, "/" + way.path(told), MODIFIED);
        }
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
        way.close();
        view.close();
    }
}
