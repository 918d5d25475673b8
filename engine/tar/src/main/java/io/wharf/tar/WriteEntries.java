package io.wharf.tar;

import io.wharf.linux.Descriptors;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import io.wharf.tar.TarEntry.Extent;
import io.wharf.tar.TarEntry.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what lies in folders as entries of a tar: one call for each name, by the descriptor of its folder. A name that
 * stands for a file met before becomes a hard link. Sockets have no place in a tar. Blocks: for a pool.
 */
public final class WriteEntries {
    private static final int CHUNK = 64 << 10;
    /** Files with several names that are kept in mind at a time; of those beyond it each name gets the content. */
    private static final int MOST_LINKED = 50_000;
    /** And so many characters of their paths. */
    private static final long MOST_LINKED_CHARACTERS = 4 << 20;

    private static final byte[] NOTHING = {};
    private static final String OVERLAY_XATTRS = "trusted.overlay.";
    /** Labels of a host's policy say nothing on another host. */
    private static final String SELINUX = "security.selinux";

    private final TarWriter tar;
    private final Map<Inode, Links> linked = new HashMap<>();
    private long linkedCharacters;
    private boolean exact;
    private final byte[] chunk = new byte[CHUNK];

    private record Inode(long device, long number) {}

    /** How often a file is still to come again. */
    private record Links(String first, int left) {}

    public WriteEntries(OutputStream out) {
        tar = new TarWriter(out);
    }

    /** Keeps holes of files as holes, and every attribute: for a copy that is to be exact, and not for an image. */
    public WriteEntries exactly() {
        exact = true;
        return this;
    }

    public TarWriter tar() {
        return tar;
    }

    /** Writes one entry with its content, of a folder its head alone; the parameters are those of {@link #head}. */
    public void entry(Fd in, String name, String path, FileStatus status) throws IOException {
        try (Content content = head(in.value(), name, path, status)) {
            ByteBuffer into = content == null ? null : ByteBuffer.wrap(chunk);
            while (content != null && into != null && content.left() > 0) {
                content.read(into.clear());
                tar.content().write(chunk, 0, into.position());
            }
            if (content != null) {
                tar.end();
            }
        }
    }

    /**
     * Writes the head of one entry. Of a file that has content it is the caller's to write it all, to end the entry and
     * to close it.
     *
     * @param in number of the folder's descriptor
     * @param path the entry's name in the tar, of a folder without a slash at its end
     * @param status of the entry itself, as just read
     */
    public @Nullable Content head(int in, String name, String path, FileStatus status) throws IOException {
        int type = status.mode() & FileStatus.S_IFMT;
        if (type == FileStatus.S_IFSOCK) {
            return null;
        }
        if (!status.isDirectory() && status.links() > 1) {
            String first = linkedTo(path, status);
            if (first != null) {
                tar.whole(of(path, Kind.HARD_LINK, status, 0, first, Map.of()), NOTHING);
                return null;
            }
        }
        if (type == FileStatus.S_IFREG) {
            return file(in, name, path);
        }
        Map<String, byte[]> xattrs = xattrs(in, name);
        switch (type) {
            case FileStatus.S_IFDIR -> tar.whole(of(path + "/", Kind.DIRECTORY, status, 0, "", xattrs), NOTHING);
            case FileStatus.S_IFLNK -> {
                String target = Entries.readLink(in, name);
                tar.whole(of(path, Kind.SYMLINK, status, 0, target, xattrs), NOTHING);
            }
            case FileStatus.S_IFIFO -> tar.whole(of(path, Kind.FIFO, status, 0, "", xattrs), NOTHING);
            case FileStatus.S_IFCHR -> tar.whole(of(path, Kind.CHARACTER_DEVICE, status, 0, "", xattrs), NOTHING);
            default -> tar.whole(of(path, Kind.BLOCK_DEVICE, status, 0, "", xattrs), NOTHING);
        }
        return null;
    }

    /** Where the same file was written first; null the first time, and for links beyond what is kept in mind. */
    private @Nullable String linkedTo(String path, FileStatus status) {
        Inode inode = new Inode(status.device(), status.inode());
        Links known = linked.get(inode);
        if (known == null) {
            if (linked.size() < MOST_LINKED && linkedCharacters < MOST_LINKED_CHARACTERS) {
                linkedCharacters += path.length();
                linked.put(inode, new Links(path, status.links() - 1));
            }
            return null;
        }
        if (known.left() <= 1) {
            linked.remove(inode);
            linkedCharacters -= known.first().length();
        } else {
            linked.put(inode, new Links(known.first(), known.left() - 1));
        }
        return known.first();
    }

    /** Opened without waiting, for it may be a fifo by now. */
    private @Nullable Content file(int in, String name, String path) throws IOException {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY;
        Fd file = Entries.openAt(in, name, flags, 0);
        try {
            FileStatus status = FileStatus.of(file);
            if (!status.isFile()) {
                throw new LinuxException("open", Errno.ENOENT, path);
            }
            TarEntry entry = of(path, Kind.FILE, status, status.size(), "", xattrs(in, name));
            List<Extent> extents = exact ? Extents.ofSparse(file, status) : null;
            if (extents != null) {
                entry = entry.withHoles(extents);
            }
            tar.begin(entry);
            if (entry.stored() > 0) {
                return new Content(file, entry.stored(), extents);
            }
            tar.end();
            file.close();
            return null;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What is left to write of a file: exactly as long as announced, whatever happens to the file meanwhile. */
    public static final class Content implements AutoCloseable {
        private final Fd file;
        private final Iterator<Extent> extents;
        private long left;
        /** Of the extent that is read. */
        private long near;

        Content(Fd file, long left, @Nullable List<Extent> extents) {
            this.file = file;
            this.left = left;
            this.extents = extents == null ? Collections.emptyIterator() : extents.iterator();
            this.near = extents == null ? left : 0;
        }

        public long left() {
            return left;
        }

        /** Fills the buffer's room as far as there is content; where a file has become shorter, with zeros. */
        public void read(ByteBuffer into) {
            int end = into.position() + (int) Math.min(into.remaining(), left);
            while (into.position() < end) {
                while (near == 0) {
                    Extent next = extents.next();
                    Descriptors.seek(file, next.offset(), 0);
                    near = next.length();
                }
                into.limit(into.position() + (int) Math.min(end - into.position(), near));
                near -= into.remaining();
                left -= into.remaining();
                fill(into);
            }
        }

        private void fill(ByteBuffer into) {
            while (into.hasRemaining()) {
                if (file.read(into) <= 0) {
                    while (into.hasRemaining()) {
                        into.put((byte) 0);
                    }
                }
            }
        }

        @Override
        public void close() {
            file.close();
        }
    }

    private Map<String, byte[]> xattrs(int in, String name) {
        List<String> names;
        try {
            names = Xattrs.list(in, name);
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
            if (exact || (!xattr.startsWith(OVERLAY_XATTRS) && !xattr.equals(SELINUX))) {
                Xattrs.get(in, name, xattr).ifPresent(value -> xattrs.put(xattr, value));
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
