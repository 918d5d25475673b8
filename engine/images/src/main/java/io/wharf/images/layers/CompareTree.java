package io.wharf.images.layers;

import io.wharf.images.drivers.Whiteouts;
import io.wharf.linux.Descriptors;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import io.wharf.tar.EntryPaths;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarEntry.Extent;
import io.wharf.tar.TarEntry.Kind;
import io.wharf.tar.TarReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares an unpacked layer with the tar that it came from: what there is, of which kind, whose, with which mode, and
 * where asked for with which bytes.
 *
 * <p>A later entry of a tar may replace an earlier one, so what differs is only suspected until the tar has ended. Blocks.
 */
final class CompareTree {
    /** Of suspicions at a time; beyond, a layer is damaged without the rest of its names. */
    private static final int MOST = 1000;

    private static final int CHUNK = 64 << 10;
    private static final int UNCHANGED = -1;
    private static final String CAPABILITY = "security.capability";

    private record Key(long device, long inode, String name) {}

    private record Suspicion(String path, String target, boolean missing, String why) {}

    private final Path diff;
    private final boolean contents;
    private final Map<Key, Suspicion> suspicions = new LinkedHashMap<>();
    private final byte[] stored = new byte[CHUNK];
    private final byte[] here = new byte[CHUNK];

    /** {@code contents}: whether the bytes of files are compared as well. */
    CompareTree(Path diff, boolean contents) {
        this.diff = diff;
        this.contents = contents;
    }

    void run(TarReader tar, TarSplitReader.Findings findings) throws IOException {
        try (Fd root = Entries.openDirectory(diff.toString())) {
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                String path = EntryPaths.clean(entry.name());
                if (!path.isEmpty()) {
                    entry(root, path, entry, tar);
                }
            }
            tar.drain();
        }
        suspicions.values().forEach(one -> {
            if (one.missing()) {
                findings.missing(one.path());
            } else {
                findings.damaged(one.path(), one.why());
            }
        });
    }

    private void entry(Fd root, String path, TarEntry entry, TarReader tar) throws IOException {
        int slash = path.lastIndexOf('/');
        String name = path.substring(slash + 1);
        Suspicion found;
        Key key;
        try (Fd parent = Entries.openBeneath(
                root.value(),
                slash < 0 ? "." : path.substring(0, slash),
                OpenFlags.O_PATH | OpenFlags.O_DIRECTORY,
                0)) {
            FileStatus in = FileStatus.of(parent);
            key = new Key(in.device(), in.inode(), name);
            found = compare(root, parent, name, path, entry, tar);
        } catch (LinuxException e) {
            key = new Key(0, 0, path);
            found = e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)
                    ? new Suspicion(path, "", true, "")
                    : new Suspicion(path, "", false, "cannot be read: " + e.reason());
        }
        // What was said of this name before is no longer so, nor of what lay below it.
        suspicions.remove(key);
        if (!suspicions.isEmpty()) {
            boolean folder = entry.kind() == Kind.DIRECTORY;
            suspicions
                    .values()
                    .removeIf(one ->
                            one.target().equals(path) || (!folder && one.path().startsWith(path + "/")));
        }
        if (found != null && suspicions.size() < MOST) {
            suspicions.put(key, found);
        }
    }

    private @Nullable Suspicion compare(Fd root, Fd parent, String name, String path, TarEntry entry, TarReader tar)
            throws IOException {
        if (name.startsWith(Whiteouts.PREFIX)) {
            return whiteout(parent, name, path);
        }
        FileStatus status = FileStatus.ifPresent(parent.value(), name).orElse(null);
        if (status == null) {
            return new Suspicion(path, "", true, "");
        }
        if (entry.kind() == Kind.HARD_LINK) {
            return sameFile(root, status, path, EntryPaths.clean(entry.link()));
        }
        String why = difference(status, entry);
        if (why == null && entry.kind() == Kind.SYMLINK) {
            why = Entries.readLink(parent.value(), name).equals(entry.link()) ? null : "is a link to something else";
        }
        if (why == null && entry.kind() == Kind.FILE) {
            why = file(parent, name, entry, tar);
        }
        return why == null ? null : new Suspicion(path, "", false, why);
    }

    private static @Nullable Suspicion whiteout(Fd parent, String name, String path) {
        if (name.startsWith(Whiteouts.OPAQUE) || name.startsWith(Whiteouts.AUFS)) {
            return null;
        }
        String hidden = name.substring(Whiteouts.PREFIX.length());
        return FileStatus.ifPresent(parent.value(), hidden).isPresent() ? null : new Suspicion(path, "", true, "");
    }

    /** Suspected because of its target, it is cleared where that is replaced later. */
    private static @Nullable Suspicion sameFile(Fd root, FileStatus link, String path, String target) {
        int slash = target.lastIndexOf('/');
        try (Fd in = Entries.openBeneath(
                root.value(),
                slash < 0 ? "." : target.substring(0, slash),
                OpenFlags.O_PATH | OpenFlags.O_DIRECTORY,
                0)) {
            FileStatus other = FileStatus.ifPresent(in.value(), target.substring(slash + 1))
                    .orElse(null);
            return other != null && other.inode() == link.inode()
                    ? null
                    : new Suspicion(path, target, false, "is no longer the same file as " + target);
        }
    }

    private static @Nullable String difference(FileStatus status, TarEntry entry) {
        int type = status.mode() & FileStatus.S_IFMT;
        int wanted = switch (entry.kind()) {
            case FILE, HARD_LINK -> FileStatus.S_IFREG;
            case DIRECTORY -> FileStatus.S_IFDIR;
            case SYMLINK -> FileStatus.S_IFLNK;
            case FIFO -> FileStatus.S_IFIFO;
            case CHARACTER_DEVICE -> FileStatus.S_IFCHR;
            case BLOCK_DEVICE -> FileStatus.S_IFBLK;
        };
        if (type != wanted) {
            return "is of another kind";
        }
        if (status.isDevice() && (status.specialMajor() != entry.major() || status.specialMinor() != entry.minor())) {
            return "is another device";
        }
        if (entry.kind() == Kind.FILE && status.size() != entry.size()) {
            return "has " + status.size() + " bytes instead of " + entry.size();
        }
        if (entry.kind() != Kind.SYMLINK && status.permissions() != entry.mode()) {
            return "has mode " + Integer.toOctalString(status.permissions()) + " instead of "
                    + Integer.toOctalString(entry.mode());
        }
        if ((entry.uid() != UNCHANGED && status.uid() != entry.uid())
                || (entry.gid() != UNCHANGED && status.gid() != entry.gid())) {
            return "belongs to " + status.uid() + ":" + status.gid() + " instead of " + entry.uid() + ":" + entry.gid();
        }
        return null;
    }

    private @Nullable String file(Fd parent, String name, TarEntry entry, TarReader tar) throws IOException {
        byte[] capability = entry.xattrs().get(CAPABILITY);
        if (capability != null
                && !Arrays.equals(
                        capability, Xattrs.get(parent.value(), name, CAPABILITY).orElse(null))) {
            return "has other capabilities";
        }
        if (!contents) {
            return null;
        }
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;
        try (Fd file = Entries.openAt(parent.value(), name, flags, 0)) {
            List<Extent> extents = entry.sparse();
            for (Extent extent : extents == null ? List.of(new Extent(0, entry.size())) : extents) {
                Descriptors.seek(file, extent.offset(), 0);
                if (!same(file, tar, extent.length())) {
                    return "has other bytes than it was unpacked with";
                }
            }
        }
        return null;
    }

    private boolean same(Fd file, TarReader tar, long length) throws IOException {
        long left = length;
        while (left > 0) {
            int count = tar.read(stored, 0, (int) Math.min(left, CHUNK));
            if (count < 0) {
                throw TarReader.truncated();
            }
            for (int have = 0; have < count; ) {
                int got = file.read(here, have, count - have);
                if (got <= 0) {
                    return false;
                }
                have += got;
            }
            if (!Arrays.equals(stored, 0, count, here, 0, count)) {
                return false;
            }
            left -= count;
        }
        return true;
    }
}
