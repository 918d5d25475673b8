package io.wharf.tar;

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
import io.wharf.tar.TarEntry.Extent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the entries of a tar below a root: contents, owners, modes, times, extended attributes.
 *
 * <p>No name or link of the tar leads out of the root: targets of hard links are resolved by the kernel as if the root
 * were {@code /}, and everything else is done to single names in folders that the caller has opened in that way. Blocks:
 * for a pool.
 */
public final class PlaceEntries {
    private static final int CHUNK = 64 << 10;
    /** Folders whose times are kept for the end. */
    private static final int MOST_TIMES = 20_000;
    /** And so many characters of their paths. */
    private static final long MOST_TIMES_CHARACTERS = 4 << 20;

    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    /** What overlayfs itself reads is not for a tar to say: a redirect could show any folder of another layer. */
    private static final String OVERLAY_XATTRS = "trusted.overlay.";

    private static final String DEFAULT_ACL = "system.posix_acl_default";
    private static final String ACL = "system.posix_acl_access";
    private static final int SET_GROUP = 02000;

    /** What becomes of a name that is taken. */
    public interface Replacing {
        /** Frees the name, or refuses. */
        void clear(Fd in, String name, String path, FileStatus there);

        /** A folder was made where something else had been. */
        default void folderInPlaceOf(Fd in, String name, FileStatus before) {}
    }

    /** Who gets everything, whatever the tar says. */
    public record Owner(int uid, int gid) {}

    private record FolderTime(String path, long seconds, int nanos) {}

    private final Fd root;
    private final Replacing replacing;
    private final @Nullable Owner owner;
    private final List<FolderTime> times = new ArrayList<>();
    private final byte[] chunk = new byte[CHUNK];
    private final int umask = Attributes.umask();
    private long contentBytes;
    private long timesCharacters;
    private boolean everyAttribute;
    /** Some folder hands an ACL on to what is made in it. */
    private boolean handsOn;
    /** All folders are of this tree, and none gives what is made in it a group or a mode. */
    private boolean plain;

    public PlaceEntries(Fd root, Replacing replacing, @Nullable Owner owner) {
        this.root = root;
        this.replacing = replacing;
        this.owner = owner;
    }

    /** Says that the root is empty and nobody else's yet. */
    public PlaceEntries inNewTree() {
        plain = true;
        return this;
    }

    /** Takes every attribute: for a tree that is a user's, and never a part of a union of the engine's own. */
    public PlaceEntries withEveryAttribute() {
        everyAttribute = true;
        return this;
    }

    /** Bytes of the files made so far. */
    public long contentBytes() {
        return contentBytes;
    }

    /**
     * Makes one entry.
     *
     * @param in the folder
     * @param path of the entry below the root, clean, its last part being {@code name}
     */
    public void place(Fd in, String name, String path, TarEntry entry, TarReader tar) throws IOException {
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
        boolean born = bornWith(entry);
        try (Fd file = create(in, name, path, born ? entry.mode() : 0600)) {
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
            if (!born) {
                own(file, entry);
                dropHandedOn(in.value(), name, ACL, entry);
                Attributes.mode(file, entry.mode());
            }
            setXattrs(file, entry);
            Attributes.times(file, entry.seconds(), entry.nanos(), entry.seconds(), entry.nanos());
        }
    }

    /**
     * Whether a new file has the entry's owner and mode by itself, as most in images do: then two calls, each of which
     * would put the inode into the journal again, are spared.
     */
    private boolean bornWith(TarEntry entry) {
        return owner == null && plain && entry.uid() == 0 && entry.gid() == 0 && (entry.mode() & (~0777 | umask)) == 0;
    }

    private Fd create(Fd in, String name, String path, int mode) {
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;
        try {
            return Entries.openAt(in.value(), name, flags, mode);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            clear(in, name, path);
            return Entries.openAt(in.value(), name, flags, mode);
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
        try {
            Entries.makeDirectory(in.value(), name, 0755);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            FileStatus there = FileStatus.ofEntry(in.value(), name);
            if (!there.isDirectory()) {
                replacing.clear(in, name, path, there);
                Entries.makeDirectory(in.value(), name, 0755);
                replacing.folderInPlaceOf(in, name, there);
            }
        }
        // By its own descriptor: a process of the container may put a symlink into its place at any time.
        try (Fd folder = Entries.openAt(in.value(), name, FOLDER, 0)) {
            describeFolder(folder, path, entry);
        }
    }

    /** Gives a folder that is there the entry's owner, mode and attributes, and in the end its times. */
    public void describeFolder(Fd folder, String path, TarEntry entry) {
        own(folder, entry);
        dropHandedOn(folder.value(), ".", ACL, entry);
        dropHandedOn(folder.value(), ".", DEFAULT_ACL, entry);
        Attributes.mode(folder, entry.mode());
        setXattrs(folder, entry);
        handsOn |= entry.xattrs().containsKey(DEFAULT_ACL);
        plain &= entry.gid() == 0
                && (entry.mode() & SET_GROUP) == 0
                && !entry.xattrs().containsKey(DEFAULT_ACL);
        if (times.size() >= MOST_TIMES || timesCharacters >= MOST_TIMES_CHARACTERS) {
            // Folders come before what is in them: those that the tar has left are done.
            applyTimes(time -> !path.startsWith(time.path() + "/"));
        }
        times.add(new FolderTime(path, entry.seconds(), entry.nanos()));
        timesCharacters += path.length();
    }

    private void makeNode(Fd in, String name, String path, TarEntry entry, int type) {
        long device = Entries.device(entry.major(), entry.minor());
        anew(in, name, path, () -> Entries.makeNode(in.value(), name, type | 0600, device));
        describe(in, name, entry);
    }

    private void makeLink(Fd in, String name, String path, TarEntry entry) {
        String target = EntryPaths.clean(entry.link());
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

    /** The owner goes before the mode: changing it clears set-uid bits and capabilities. */
    private void own(Fd file, TarEntry entry) {
        int uid = owner == null ? entry.uid() : owner.uid();
        int gid = owner == null ? entry.gid() : owner.gid();
        Attributes.owner(file, uid, gid);
    }

    /** For what cannot be opened without side effects: links and special files. */
    private void describe(Fd in, String name, TarEntry entry) {
        int uid = owner == null ? entry.uid() : owner.uid();
        int gid = owner == null ? entry.gid() : owner.gid();
        try (Fd node = Entries.openAt(in.value(), name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0)) {
            Attributes.owner(in.value(), name, uid, gid);
            if (!FileStatus.of(node).isSymlink()) {
                Attributes.mode(OpenFlags.AT_FDCWD, node.procPath(), entry.mode());
            }
        }
        for (var xattr : entry.xattrs().entrySet()) {
            if (everyAttribute || !xattr.getKey().startsWith(OVERLAY_XATTRS)) {
                tolerantly(() -> Xattrs.set(in.value(), name, xattr.getKey(), xattr.getValue()));
            }
        }
        Attributes.times(in.value(), name, entry.seconds(), entry.nanos(), entry.seconds(), entry.nanos());
    }

    /** What the entry does not tell of came from a default ACL of the folder above. */
    private void dropHandedOn(int in, String name, String attribute, TarEntry entry) {
        if (!handsOn || entry.xattrs().containsKey(attribute)) {
            return;
        }
        try {
            Xattrs.remove(in, name, attribute);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENODATA, Errno.EOPNOTSUPP)) {
                throw e;
            }
        }
    }

    private void setXattrs(Fd file, TarEntry entry) {
        for (var xattr : entry.xattrs().entrySet()) {
            if (everyAttribute || !xattr.getKey().startsWith(OVERLAY_XATTRS)) {
                tolerantly(() -> Xattrs.set(file, xattr.getKey(), xattr.getValue()));
            }
        }
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

    private void anew(Fd in, String name, String path, Runnable make) {
        try {
            make.run();
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            clear(in, name, path);
            make.run();
        }
    }

    private void clear(Fd in, String name, String path) {
        FileStatus there = FileStatus.ifPresent(in.value(), name).orElse(null);
        if (there != null) {
            replacing.clear(in, name, path, there);
        }
    }

    /** Called at the end: what was put into a folder has changed its times. */
    public void applyTimes() {
        applyTimes(time -> true);
    }

    private void applyTimes(Predicate<FolderTime> which) {
        for (FolderTime time : times.stream().filter(which).toList()) {
            try (Fd at = Entries.openBeneathNoLinks(
                    root.value(),
                    time.path().isEmpty() ? "." : time.path(),
                    OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY,
                    0)) {
                Attributes.times(at, time.seconds(), time.nanos(), time.seconds(), time.nanos());
            } catch (LinuxException e) {
                // A later entry put something else in the folder's place, or it lies behind a symlink.
                if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                    throw e;
                }
            }
        }
        times.removeIf(which);
        timesCharacters = times.stream().mapToLong(time -> time.path().length()).sum();
    }
}
