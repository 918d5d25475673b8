package io.wharf.images;

import io.wharf.images.TarEntry.Kind;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.Names;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes an overlay's upper folder as a layer's tar, with whiteouts as OCI has them; names in order of their bytes, so that
 * the same content gives the same tar. Sockets have no place in a tar and are left out.
 */
final class WriteUpper {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    private static final int CHUNK = 64 << 10;
    /** Labels of a host's policy say nothing on another host. */
    private static final String SELINUX = "security.selinux";

    private final TarWriter tar;
    private final Map<Long, String> linked = new HashMap<>();
    private final byte[] chunk = new byte[CHUNK];

    private WriteUpper(OutputStream out) {
        tar = new TarWriter(out);
    }

    static void run(Path upper, OutputStream out) throws IOException {
        WriteUpper writer = new WriteUpper(out);
        try (Fd folder = Entries.open(upper.toString(), FOLDER, 0)) {
            writer.folder(folder, "");
        }
        writer.tar.finish();
    }

    private void folder(Fd folder, String prefix) throws IOException {
        if (Xattrs.get(folder, UnpackTree.OPAQUE_XATTR).isPresent() && !prefix.isEmpty()) {
            tar.whole(TarEntry.file(prefix + UnpackTree.OPAQUE, 0, 0), new byte[0]);
        }
        List<String> names = Directories.list(folder).stream()
                .map(Directories.Entry::name)
                .sorted(Comparator.comparing(Names::encode, Arrays::compareUnsigned))
                .toList();
        for (String name : names) {
            FileStatus status = FileStatus.ofEntry(folder.value(), name);
            if (UnpackTree.isWhiteout(status)) {
                tar.whole(TarEntry.file(prefix + UnpackTree.WHITEOUT + name, 0, 0), new byte[0]);
            } else {
                entry(folder, name, prefix + name, status);
            }
        }
    }

    private void entry(Fd in, String name, String path, FileStatus status) throws IOException {
        if ((status.mode() & FileStatus.S_IFMT) == FileStatus.S_IFSOCK) {
            return;
        }
        if (!status.isDirectory() && status.links() > 1) {
            String first = linked.putIfAbsent(status.inode(), path);
            if (first != null) {
                tar.whole(entry(path, Kind.HARD_LINK, status, 0, first, Map.of()), new byte[0]);
                return;
            }
        }
        Map<String, byte[]> xattrs = xattrs(in, name);
        switch (status.mode() & FileStatus.S_IFMT) {
            case FileStatus.S_IFDIR -> {
                tar.whole(entry(path + "/", Kind.DIRECTORY, status, 0, "", xattrs), new byte[0]);
                try (Fd folder = Entries.openAt(in.value(), name, FOLDER, 0)) {
                    folder(folder, path + "/");
                }
            }
            case FileStatus.S_IFREG -> file(in, name, entry(path, Kind.FILE, status, status.size(), "", xattrs));
            case FileStatus.S_IFLNK -> {
                String target = Entries.readLink(in.value(), name);
                tar.whole(entry(path, Kind.SYMLINK, status, 0, target, xattrs), new byte[0]);
            }
            case FileStatus.S_IFIFO -> tar.whole(entry(path, Kind.FIFO, status, 0, "", xattrs), new byte[0]);
            case FileStatus.S_IFCHR ->
                tar.whole(entry(path, Kind.CHARACTER_DEVICE, status, 0, "", xattrs), new byte[0]);
            default -> tar.whole(entry(path, Kind.BLOCK_DEVICE, status, 0, "", xattrs), new byte[0]);
        }
    }

    /** A file that grows or shrinks meanwhile is cut, or filled with zeros, to the size that was announced. */
    private void file(Fd in, String name, TarEntry entry) throws IOException {
        tar.begin(entry);
        long left = entry.size();
        try (Fd file = Entries.openAt(in.value(), name, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW, 0)) {
            while (left > 0) {
                int count = file.read(chunk, 0, (int) Math.min(left, CHUNK));
                if (count <= 0) {
                    Arrays.fill(chunk, (byte) 0);
                    count = (int) Math.min(left, CHUNK);
                }
                tar.content().write(chunk, 0, count);
                left -= count;
            }
        }
        tar.end();
    }

    private static Map<String, byte[]> xattrs(Fd in, String name) {
        List<String> names = Xattrs.list(in.value(), name);
        if (names.isEmpty()) {
            return Map.of();
        }
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        for (String xattr : names) {
            if (!xattr.startsWith(UnpackTree.OVERLAY_XATTRS) && !xattr.equals(SELINUX)) {
                Xattrs.get(in.value(), name, xattr).ifPresent(value -> xattrs.put(xattr, value));
            }
        }
        return xattrs;
    }

    private static TarEntry entry(
            String path, Kind kind, FileStatus status, long size, String link, Map<String, byte[]> xattrs) {
        return new TarEntry(
                path,
                kind,
                status.permissions(),
                status.uid(),
                status.gid(),
                size,
                size,
                status.modifiedSeconds(),
                status.modifiedNanos(),
                link,
                status.specialMajor(),
                status.specialMinor(),
                xattrs,
                null);
    }
}
