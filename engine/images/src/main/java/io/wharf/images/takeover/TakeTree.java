package io.wharf.images.takeover;

import io.wharf.images.drivers.Whiteouts;
import io.wharf.linux.Attributes;
import io.wharf.linux.Descriptors;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Storage;
import io.wharf.linux.Xattrs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes a folder of a layer once more: its files as further links to the same inodes, or as copies. Whiteouts and opaque
 * folders stay as overlayfs has them; nothing in the source is changed but, where files are linked, the count of links.
 */
final class TakeTree {
    private static final String OVERLAY_XATTRS = "trusted.overlay.";
    private static final int CHUNK = 1 << 20;
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private record Inode(long device, long number) {}

    private final boolean link;
    private final byte[] chunk = new byte[64 << 10];
    /** Copies of files that have several names, by their source. */
    private final Map<Inode, String> linked = new HashMap<>();

    private final Fd root;

    private TakeTree(Fd root, boolean link) {
        this.root = root;
        this.link = link;
    }

    /** Takes {@code from} to {@code to}, which must not exist. Blocks, and goes as deep as the tree is. */
    static void run(Path from, Path to, boolean link) throws IOException {
        Entries.makeDirectory(to.toString(), 0700);
        try (Fd source = Entries.open(from.toString(), FOLDER, 0);
                Fd target = Entries.open(to.toString(), FOLDER, 0)) {
            new TakeTree(target, link).folder(source, target, "");
        }
    }

    private void folder(Fd source, Fd target, String path) throws IOException {
        for (Directories.Entry entry : Directories.list(source)) {
            String name = entry.name();
            String below = path.isEmpty() ? name : path + "/" + name;
            FileStatus status = FileStatus.ofEntry(source.value(), name);
            if (status.isDirectory()) {
                Entries.makeDirectory(target.value(), name, 0700);
                try (Fd from = Entries.openAt(source.value(), name, FOLDER, 0);
                        Fd to = Entries.openAt(target.value(), name, FOLDER, 0)) {
                    folder(from, to, below);
                }
            } else if (!link || !linkedInPlace(source, target, name)) {
                copy(source, target, name, below, status);
            }
        }
        FileStatus status = FileStatus.of(source);
        Attributes.owner(target, status.uid(), status.gid());
        Attributes.mode(target, status.permissions());
        for (String xattr : Xattrs.list(source)) {
            if (!xattr.startsWith(OVERLAY_XATTRS) || xattr.equals(Whiteouts.OPAQUE_XATTR)) {
                Xattrs.get(source, xattr).ifPresent(value -> Xattrs.set(target, xattr, value));
            }
        }
        Attributes.times(
                target,
                status.accessedSeconds(),
                status.accessedNanos(),
                status.modifiedSeconds(),
                status.modifiedNanos());
    }

    /** A file with as many links as its file system takes is copied instead. */
    private static boolean linkedInPlace(Fd source, Fd target, String name) {
        try {
            Entries.link(source.value(), name, target.value(), name);
            return true;
        } catch (LinuxException e) {
            if (e.is(Errno.EMLINK)) {
                return false;
            }
            throw e;
        }
    }

    private void copy(Fd source, Fd target, String name, String path, FileStatus status) throws IOException {
        if (status.links() > 1) {
            String earlier = linked.putIfAbsent(new Inode(status.device(), status.inode()), path);
            if (earlier != null) {
                Entries.link(root.value(), earlier, target.value(), name);
                return;
            }
        }
        if (status.isFile()) {
            file(source, target, name, status);
            return;
        }
        if (status.isSymlink()) {
            Entries.symlink(Entries.readLink(source.value(), name), target.value(), name);
        } else {
            long device = Entries.device(status.specialMajor(), status.specialMinor());
            Entries.makeNode(target.value(), name, (status.mode() & FileStatus.S_IFMT) | 0600, device);
        }
        Attributes.owner(target.value(), name, status.uid(), status.gid());
        if (!status.isSymlink()) {
            Attributes.mode(target.value(), name, status.permissions());
        }
        for (String xattr : Xattrs.list(source.value(), name)) {
            if (!xattr.startsWith(OVERLAY_XATTRS)) {
                Xattrs.get(source.value(), name, xattr)
                        .ifPresent(value -> Xattrs.set(target.value(), name, xattr, value));
            }
        }
        Attributes.times(
                target.value(),
                name,
                status.accessedSeconds(),
                status.accessedNanos(),
                status.modifiedSeconds(),
                status.modifiedNanos());
    }

    private void file(Fd source, Fd target, String name, FileStatus status) throws IOException {
        int make = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;
        try (Fd from = Entries.openAt(source.value(), name, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW, 0);
                Fd to = Entries.openAt(target.value(), name, make, 0600)) {
            content(from, to, status.size());
            Attributes.owner(to, status.uid(), status.gid());
            Attributes.mode(to, status.permissions());
            for (String xattr : Xattrs.list(from)) {
                if (!xattr.startsWith(OVERLAY_XATTRS)) {
                    Xattrs.get(from, xattr).ifPresent(value -> Xattrs.set(to, xattr, value));
                }
            }
            Attributes.times(
                    to,
                    status.accessedSeconds(),
                    status.accessedNanos(),
                    status.modifiedSeconds(),
                    status.modifiedNanos());
        }
    }

    /** Shares the blocks where the file system can, else copies in the kernel, else by hand. */
    private void content(Fd from, Fd to, long size) throws IOException {
        if (size == 0) {
            return;
        }
        try {
            Descriptors.cloneFile(from, to);
            return;
        } catch (LinuxException notHere) {
            // Another file system, or one that shares nothing.
        }
        long done = 0;
        try {
            while (done < size) {
                long count = Descriptors.copyFileRange(from, to, Math.min(size - done, CHUNK));
                if (count <= 0) {
                    break;
                }
                done += count;
            }
        } catch (LinuxException notHere) {
            Descriptors.seek(from, done, 0);
            Descriptors.seek(to, done, 0);
        }
        while (done < size) {
            int count = from.read(chunk, 0, (int) Math.min(size - done, chunk.length));
            if (count <= 0) {
                break;
            }
            for (int at = 0; at < count; ) {
                at += to.write(chunk, at, count - at);
            }
            done += count;
        }
        Storage.truncate(to, size);
    }
}
