package io.wharf.images;

import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Names;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import io.wharf.tar.TarEntry;
import io.wharf.tar.WriteEntries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Writes an overlay's upper folder as a layer's tar, with whiteouts as OCI has them; names in order of their bytes, so that
 * the same content gives the same tar. What a process of the container takes away meanwhile is left out.
 */
final class WriteUpper {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private final WriteEntries entries;

    private WriteUpper(OutputStream out) {
        entries = new WriteEntries(out);
    }

    static void run(Path upper, OutputStream out) throws IOException {
        WriteUpper writer = new WriteUpper(out);
        try (Fd folder = Entries.open(upper.toString(), FOLDER, 0)) {
            writer.folder(folder, "");
        }
        writer.entries.tar().finish();
    }

    private void folder(Fd folder, String prefix) throws IOException {
        if (Xattrs.get(folder, UnpackTree.OPAQUE_XATTR).isPresent() && !prefix.isEmpty()) {
            mark(prefix + UnpackTree.OPAQUE);
        }
        List<String> names = Directories.list(folder).stream()
                .map(Directories.Entry::name)
                .sorted(Comparator.comparing(Names::encode, Arrays::compareUnsigned))
                .toList();
        for (String name : names) {
            try {
                entry(folder, name, prefix + name);
            } catch (LinuxException e) {
                if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                    throw e;
                }
            }
        }
    }

    private void entry(Fd folder, String name, String path) throws IOException {
        FileStatus status = FileStatus.ofEntry(folder.value(), name);
        if (UnpackTree.isWhiteout(status)) {
            int slash = path.lastIndexOf('/') + 1;
            mark(path.substring(0, slash) + UnpackTree.WHITEOUT + name);
            return;
        }
        entries.entry(folder, name, path, status);
        if (status.isDirectory()) {
            try (Fd below = Entries.openAt(folder.value(), name, FOLDER, 0)) {
                folder(below, path + "/");
            }
        }
    }

    private void mark(String path) throws IOException {
        entries.tar().whole(TarEntry.file(path, 0, 0), new byte[0]);
    }
}
