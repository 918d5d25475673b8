package io.wharf.tar;

import io.wharf.linux.Descriptors;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import io.wharf.tar.TarEntry.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what lies in folders as entries of a tar: one call for each name, by the descriptor of its folder. A name that
 * stands for a file met before becomes a hard link. Sockets have no place in a tar. Blocks: for a pool.
 */
public final class WriteEntries {
    private static final int CHUNK = 64 << 10;
    private static final String OVERLAY_XATTRS = "trusted.overlay.";
    /** Labels of a host's policy say nothing on another host. */
    private static final String SELINUX = "security.selinux";

    private final TarWriter tar;
    private final Map<Inode, String> linked = new HashMap<>();
    private final byte[] chunk = new byte[CHUNK];

    private record Inode(long device, long number) {}

    public WriteEntries(OutputStream out) {
        tar = new TarWriter(out);
    }

    public TarWriter tar() {
        return tar;
    }

    /**
     * Writes one entry, of a folder its head alone.
     *
     * @param path the entry's name in the tar, of a folder without a slash at its end
     * @param status of the entry itself, as just read
     */
    public void entry(Fd in, String name, String path, FileStatus status) throws IOException {
        int type = status.mode() & FileStatus.S_IFMT;
        if (type == FileStatus.S_IFSOCK) {
            return;
        }
        if (!status.isDirectory() && status.links() > 1) {
            String first = linked.putIfAbsent(new Inode(status.device(), status.inode()), path);
            if (first != null) {
                tar.whole(of(path, Kind.HARD_LINK, status, 0, first, Map.of()), new byte[0]);
                return;
            }
        }
        if (type == FileStatus.S_IFREG) {
            file(in, name, path);
            return;
        }
        Map<String, byte[]> xattrs = xattrs(in, name);
        switch (type) {
            case FileStatus.S_IFDIR -> tar.whole(of(path + "/", Kind.DIRECTORY, status, 0, "", xattrs), new byte[0]);
            case FileStatus.S_IFLNK -> {
                String target = Entries.readLink(in.value(), name);
                tar.whole(of(path, Kind.SYMLINK, status, 0, target, xattrs), new byte[0]);
            }
            case FileStatus.S_IFIFO -> tar.whole(of(path, Kind.FIFO, status, 0, "", xattrs), new byte[0]);
            case FileStatus.S_IFCHR -> tar.whole(of(path, Kind.CHARACTER_DEVICE, status, 0, "", xattrs), new byte[0]);
            default -> tar.whole(of(path, Kind.BLOCK_DEVICE, status, 0, "", xattrs), new byte[0]);
        }
    }

    /**
     * A file that grows or shrinks meanwhile is cut, or filled with zeros, to the size that was announced. Opened without
     * waiting, for it may be a fifo by now.
     */
    private void file(Fd in, String name, String path) throws IOException {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY;
        try (Fd file = Entries.openAt(in.value(), name, flags, 0)) {
            FileStatus status = FileStatus.of(file);
            if (!status.isFile()) {
                throw new LinuxException("open", Errno.ENOENT, path);
            }
            Descriptors.nonBlocking(file, false);
            tar.begin(of(path, Kind.FILE, status, status.size(), "", xattrs(in, name)));
            long left = status.size();
            while (left > 0) {
                int count = file.read(chunk, 0, (int) Math.min(left, CHUNK));
                if (count <= 0) {
                    Arrays.fill(chunk, (byte) 0);
                    count = (int) Math.min(left, CHUNK);
                }
                tar.content().write(chunk, 0, count);
                left -= count;
            }
            tar.end();
        }
    }

    private static Map<String, byte[]> xattrs(Fd in, String name) {
        List<String> names;
        try {
            names = Xattrs.list(in.value(), name);
        } catch (LinuxException e) {
            if (e.is(Errno.EOPNOTSUPP)) {
                return Map.of();
            }
            throw e;
        }
        if (names.isEmpty()) {
            return Map.of();
        }
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        for (String xattr : names) {
            if (!xattr.startsWith(OVERLAY_XATTRS) && !xattr.equals(SELINUX)) {
                Xattrs.get(in.value(), name, xattr).ifPresent(value -> xattrs.put(xattr, value));
            }
        }
        return xattrs;
    }

    private static TarEntry of(
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
