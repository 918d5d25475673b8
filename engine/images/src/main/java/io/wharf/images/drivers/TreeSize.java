package io.wharf.images.drivers;

import io.wharf.linux.Descent;
import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the bytes of a tree's files, each hard-linked file once; what vanishes meanwhile is not counted, nor what lies
 * deeper than {@link Descent} goes. The tree is a container's to make: neither its depth takes stack or descriptors, nor do
 * the names of a large folder take memory.
 */
final class TreeSize {
    private final FileBytes bytes = new FileBytes();

    /** Entries of a folder that were read and not looked at yet; few folders of a deep tree have any. */
    private static final class Folder {
        @Nullable
        Deque<Directories.Entry> entries;

        Directories.@Nullable Entry next(Fd folder) {
            while (entries == null || entries.isEmpty()) {
                entries = null;
                List<Directories.Entry> some = new ArrayList<>();
                if (!Directories.readSome(folder, some)) {
                    return null;
                }
                entries = new ArrayDeque<>(some);
            }
            return entries.poll();
        }
    }

    private TreeSize() {}

    static long of(Path folder) {
        TreeSize size = new TreeSize();
        try (Descent<Folder> way = Descent.from(folder.toString(), List.of(), new Folder())) {
            while (way.depth() > 0) {
                size.step(way);
            }
        }
        return size.bytes.sum();
    }

    private void step(Descent<Folder> way) {
        Descent.Step<Folder> step = way.current();
        Directories.Entry entry = step.kept().next(step.folder());
        if (entry == null) {
            way.leave();
        } else if (entry.type() == Directories.Type.DIRECTORY) {
            enter(way, entry.name());
        } else {
            FileStatus.ifPresent(step.folder().value(), entry.name()).ifPresent(bytes::add);
        }
    }

    private static void enter(Descent<Folder> way, String name) {
        try {
            way.enter(name, new Folder());
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ENAMETOOLONG)) {
                throw e;
            }
        }
    }
}
