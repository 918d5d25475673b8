package io.wharf.images;

import io.wharf.base.WharfException;
import io.wharf.images.TarEntry.Extent;
import io.wharf.images.TarEntry.Kind;
import io.wharf.linux.Attributes;
import io.wharf.linux.Descriptors;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Storage;
import io.wharf.linux.Xattrs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a layer's tar in the form of overlayfs: whiteouts become character devices 0:0, opaque folders an attribute.
 *
 * <p>No name, link or symlink of the tar leads out of the folder: parents are resolved by the kernel as if the folder were
 * the root, and everything else is done to single names in them. Owners are kept as they are.
 */
final class UnpackTree implements AutoCloseable {
    static final String WHITEOUT = ".wh.";
    static final String OPAQUE = ".wh..wh..opq";
    private static final String AUFS = ".wh..wh.";
    static final String OPAQUE_XATTR = "trusted.overlay.opaque";
    static final String OVERLAY_XATTRS = "trusted.overlay.";
    private static final byte[] YES = "y".getBytes(StandardCharsets.US_ASCII);
    private static final int CHUNK = 64 << 10;

    private record FolderTime(String path, long seconds, int nanos) {}

    private final Path folder;
    private final Fd root;
    private final ParentFolders parents;
    private final @Nullable TarSplitWriter split;
    private final List<FolderTime> times = new ArrayList<>();
    private final byte[] chunk = new byte[CHUNK];
    private long contentBytes;

    UnpackTree(Path folder, @Nullable TarSplitWriter split) {
        this.folder = folder;
        this.split = split;
        String diff = folder.resolve(LayerFolder.DIFF).toString();
        Entries.makeDirectory(diff, 0755);
        Attributes.mode(OpenFlags.AT_FDCWD, diff, 0755);
        this.root = Entries.openDirectory(diff);
        this.parents = new ParentFolders(root);
    }

    /** Unpacks all entries; the bytes of their files. */
    long unpack(TarReader tar) throws IOException {
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            try {
                apply(entry, tar);
            } catch (LinuxException e) {
                throw WharfException.internal("failed to extract layer: " + entry.name() + ": " + e.reason(), e);
            }
        }
        tar.drain();
        applyTimes();
        return contentBytes;
    }

    private void apply(TarEntry entry, TarReader tar) throws IOException {
        String path = clean(entry.name());
        int slash = path.lastIndexOf('/');
        String parent = slash < 0 ? "" : path.substring(0, slash);
        String name = path.substring(slash + 1);
        if (path.isEmpty()) {
            if (entry.kind() == Kind.DIRECTORY) {
                describeFolder(root, ".", path, entry);
            }
            return;
        }
        Fd in = parents.open(parent);
        if (name.equals(OPAQUE)) {
            Xattrs.set(in.value(), ".", OPAQUE_XATTR, YES);
        } else if (name.startsWith(AUFS)) {
            // Book-keeping of an old driver that some archives still carry.
            return;
        } else if (name.startsWith(WHITEOUT)) {
            whiteOut(in, name.substring(WHITEOUT.length()), entry.name());
        } else {
            make(in, name, path, entry, tar);
        }
    }

    private void make(Fd in, String name, String path, TarEntry entry, TarReader tar) throws IOException {
        switch (entry.kind()) {
            case FILE -> makeFile(in, name, path, entry, tar);
            case DIRECTORY -> makeFolder(in, name, path, entry);
            case HARD_LINK -> makeLink(in, name, path, entry);
            case SYMLINK -> {
                anew(in, name, path, () -> Entries.symlink(entry.link(), in.value(), name));
                describe(in, name, entry);
            }
            case FIFO -> makeNode(in, name, path, entry, FileStatus.S_IFIFO);
            case CHARACTER_DEVICE -> makeNode(in, name, path, entry, FileStatus.S_IFCHR);
            case BLOCK_DEVICE -> makeNode(in, name, path, entry, FileStatus.S_IFBLK);
        }
    }

    private void makeFile(Fd in, String name, String path, TarEntry entry, TarReader tar) throws IOException {
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;
        try (Fd file = create(in, name, path, flags)) {
            if (entry.sparse() == null) {
                tar.contentKeptAs(path);
                copy(tar, file, entry.size());
            } else {
                for (Extent extent : entry.sparse()) {
                    Descriptors.seek(file, extent.offset(), 0);
                    copy(tar, file, extent.length());
                }
                Storage.truncate(file, entry.size());
            }
            contentBytes += entry.size();
            // The owner first: changing it clears set-uid bits and capabilities.
            if (entry.uid() != 0 || entry.gid() != 0) {
                Attributes.owner(file, entry.uid(), entry.gid());
            }
            Attributes.mode(file, entry.mode());
            for (var xattr : entry.xattrs().entrySet()) {
                if (isOurs(xattr.getKey())) {
                    tolerantly(() -> Xattrs.set(file, xattr.getKey(), xattr.getValue()));
                }
            }
            Attributes.times(file, entry.seconds(), entry.nanos(), entry.seconds(), entry.nanos());
        }
    }

    private Fd create(Fd in, String name, String path, int flags) {
        try {
            return Entries.openAt(in.value(), name, flags, 0600);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            replace(in, name, path);
            return Entries.openAt(in.value(), name, flags, 0600);
        }
    }

    private void copy(TarReader tar, Fd file, long length) throws IOException {
        long left = length;
        while (left > 0) {
            int count = tar.read(chunk, 0, (int) Math.min(left, CHUNK));
            if (count < 0) {
                throw TarReader.truncated();
            }
            for (int done = 0; done < count; ) {
                done += file.write(chunk, done, count - done);
            }
            left -= count;
        }
    }

    private void makeFolder(Fd in, String name, String path, TarEntry entry) {
        boolean hidden = false;
        try {
            Entries.makeDirectory(in.value(), name, 0755);
        } catch (LinuxException e) {
            FileStatus there = FileStatus.ofEntry(in.value(), name);
            if (!there.isDirectory()) {
                hidden = isWhiteout(there);
                replace(in, name, path);
                Entries.makeDirectory(in.value(), name, 0755);
            }
        }
        if (hidden) {
            // The layer removed what was below and then made a new folder of that name: nothing shows through.
            Xattrs.set(in.value(), name, OPAQUE_XATTR, YES);
        }
        describeFolder(in, name, path, entry);
    }

    private void describeFolder(Fd in, String name, String path, TarEntry entry) {
        Attributes.owner(in.value(), name, entry.uid(), entry.gid());
        Attributes.mode(in.value(), name, entry.mode());
        setXattrs(in, name, entry);
        times.add(new FolderTime(path, entry.seconds(), entry.nanos()));
    }

    private void makeNode(Fd in, String name, String path, TarEntry entry, int type) {
        long device = Entries.device(entry.major(), entry.minor());
        anew(in, name, path, () -> Entries.makeNode(in.value(), name, type | 0600, device));
        Attributes.owner(in.value(), name, entry.uid(), entry.gid());
        // Just made, and no symlink: the one call that would follow one is safe.
        Attributes.mode(in.value(), name, entry.mode());
        setXattrs(in, name, entry);
        Attributes.times(in.value(), name, entry.seconds(), entry.nanos(), entry.seconds(), entry.nanos());
    }

    private void makeLink(Fd in, String name, String path, TarEntry entry) {
        String target = clean(entry.link());
        if (target.equals(path)) {
            return;
        }
        int slash = target.lastIndexOf('/');
        try (Fd from = Entries.openBeneath(
                root.value(),
                slash < 0 ? "." : target.substring(0, slash),
                OpenFlags.O_PATH | OpenFlags.O_DIRECTORY,
                0)) {
            String last = target.substring(slash + 1);
            anew(in, name, path, () -> Entries.link(from.value(), last, in.value(), name));
        }
    }

    private void describe(Fd in, String name, TarEntry entry) {
        Attributes.owner(in.value(), name, entry.uid(), entry.gid());
        setXattrs(in, name, entry);
        Attributes.times(in.value(), name, entry.seconds(), entry.nanos(), entry.seconds(), entry.nanos());
    }

    private static void setXattrs(Fd in, String name, TarEntry entry) {
        for (var xattr : entry.xattrs().entrySet()) {
            if (isOurs(xattr.getKey())) {
                tolerantly(() -> Xattrs.set(in.value(), name, xattr.getKey(), xattr.getValue()));
            }
        }
    }

    /** What overlayfs itself reads is not for a tar to say: a redirect could show any folder of another layer. */
    private static boolean isOurs(String xattr) {
        return !xattr.startsWith(OVERLAY_XATTRS);
    }

    /** Some attributes do not go onto some files or file systems; tar and Docker go on without them. */
    private static void tolerantly(Runnable set) {
        try {
            set.run();
        } catch (LinuxException e) {
            if (!e.is(Errno.EOPNOTSUPP, Errno.EPERM)) {
                throw e;
            }
        }
    }

    private void whiteOut(Fd in, String name, String shown) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw WharfException.invalid("invalid whiteout " + shown);
        }
        try {
            Entries.makeNode(in.value(), name, FileStatus.S_IFCHR, 0);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            // A whiteout hides what is below and never what its own layer brings.
            if (FileStatus.ofEntry(in.value(), name).isDirectory()) {
                Xattrs.set(in.value(), name, OPAQUE_XATTR, YES);
            }
        }
    }

    static boolean isWhiteout(FileStatus status) {
        return (status.mode() & FileStatus.S_IFMT) == FileStatus.S_IFCHR
                && status.specialMajor() == 0
                && status.specialMinor() == 0;
    }

    private void anew(Fd in, String name, String path, Runnable make) {
        try {
            make.run();
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            replace(in, name, path);
            make.run();
        }
    }

    /** Takes away what an earlier entry made; the record of the tar may still need it. */
    private void replace(Fd in, String name, String path) {
        parents.forget(in);
        if (split == null) {
            RemoveTree.at(in.value(), name);
            return;
        }
        int number = split.replace(path);
        String shadow = folder.resolve(TarSplitWriter.SHADOW).toString();
        if (number == 0) {
            Entries.makeDirectory(shadow, 0700);
        }
        Entries.rename(in.value(), name, OpenFlags.AT_FDCWD, shadow + "/" + number, 0);
    }

    private void applyTimes() {
        for (FolderTime time : times) {
            try (Fd at = Entries.openBeneathNoLinks(
                    root.value(),
                    time.path().isEmpty() ? "." : time.path(),
                    OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY,
                    0)) {
                Attributes.times(at, time.seconds(), time.nanos(), time.seconds(), time.nanos());
            } catch (LinuxException e) {
                // A later entry put something else in the folder's place.
                if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                    throw e;
                }
            }
        }
    }

    /** The path below the root; one that climbs out of it is refused. */
    static String clean(String name) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    throw WharfException.invalid("invalid tar header: \"" + name + "\" is outside of the root");
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    @Override
    public void close() {
        parents.close();
        root.close();
    }
}
