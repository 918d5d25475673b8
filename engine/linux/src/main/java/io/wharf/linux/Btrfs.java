package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Subvolumes of btrfs, by the ioctls of linux/btrfs.h. They block on the disk: for a pool.
 *
 * <p>A subvolume is a folder with a tree of its own; a snapshot shares everything with where it was taken from until one
 * of both is written to.
 */
public final class Btrfs {
    public static final long MAGIC = 0x9123683EL;

    /** Inode of the root folder of every subvolume (BTRFS_FIRST_FREE_OBJECTID). */
    private static final long ROOT_INODE = 256;

    private static final long SUBVOL_CREATE = 0x5000940EL;
    private static final long SNAP_DESTROY = 0x5000940FL;
    private static final long SNAP_CREATE_V2 = 0x50009417L;
    private static final long INO_LOOKUP = 0xD0009412L;
    private static final long SUBVOL_SETFLAGS = 0x4008941AL;
    private static final long QUOTA_CTL = 0xC0109428L;
    private static final long QGROUP_CREATE = 0x4010942AL;
    private static final long QGROUP_LIMIT = 0x8030942BL;
    private static final long QUOTA_RESCAN_WAIT = 0x942EL;

    /** Both argument structs are a page: {@code {s64 fd; char name[4088]}} and {@code {…; char name[4040]}}. */
    private static final int ARGUMENT_BYTES = 4096;

    private static final int V1_NAME = 8;
    private static final int V2_FLAGS = 16;
    private static final int V2_NAME = 56;
    private static final long V2_READ_ONLY = 2;
    private static final int QUOTA_ENABLE = 1;
    private static final long LIMIT_MAX_REFERENCED = 1;
    /** Nothing is counted, not by this number, or the files are still there. */
    private static final List<Integer> UNCOUNTED =
            List.of(Errno.ENOTCONN, Errno.ENOENT, Errno.EINVAL, Errno.EBUSY, Errno.EPERM);

    private Btrfs() {}

    /** Whether a path lies on btrfs. */
    public static boolean isOn(String path) {
        return Storage.fileSystem(path).magic() == MAGIC;
    }

    public static boolean isSubvolume(String path) {
        return FileStatus.ifPresent(OpenFlags.AT_FDCWD, path)
                        .filter(status -> status.isDirectory() && status.inode() == ROOT_INODE)
                        .isPresent()
                && isOn(path);
    }

    public static void createSubvolume(String parent, String name) {
        var argument = zeroed();
        name(argument, V1_NAME, name);
        run(parent, SUBVOL_CREATE, "BTRFS_IOC_SUBVOL_CREATE", argument, name);
    }

    public static void snapshot(String source, String parent, String name, boolean readOnly) {
        try (var from = Entries.open(source, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            var argument = zeroed();
            argument.set(JAVA_LONG, 0, from.value());
            argument.set(JAVA_LONG, V2_FLAGS, readOnly ? V2_READ_ONLY : 0);
            name(argument, V2_NAME, name);
            run(parent, SNAP_CREATE_V2, "BTRFS_IOC_SNAP_CREATE_V2", argument, name);
        }
    }

    /**
     * The kernel clears its files away in the background; ENOTEMPTY where other subvolumes lie in it. The count that goes
     * with it is taken away, too; kernels that do so by themselves (6.10) refuse that as long as there are files.
     */
    public static void deleteSubvolume(String parent, String name) {
        long id;
        try (var folder = Entries.open(parent.isEmpty() ? "." : parent, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
                var itself = Entries.openAt(
                        folder.value(), name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, 0)) {
            id = id(itself);
            var argument = zeroed();
            name(argument, V1_NAME, name);
            var result = Native.syscall(Nr.IOCTL, folder.value(), SNAP_DESTROY, argument.address());
            if (result < 0) {
                throw new LinuxException("ioctl", (int) -result, "BTRFS_IOC_SNAP_DESTROY", parent, name);
            }
            argument = zeroed();
            argument.set(JAVA_LONG, 8, id);
            var uncounted = Native.syscall(Nr.IOCTL, folder.value(), QGROUP_CREATE, argument.address());
            if (uncounted < 0 && !UNCOUNTED.contains((int) -uncounted)) {
                throw new LinuxException("ioctl", (int) -uncounted, "BTRFS_IOC_QGROUP_CREATE", parent, id);
            }
        }
    }

    private static long id(Fd subvolume) {
        var argument = lookup(zeroed());
        Descriptors.ioctl(subvolume, INO_LOOKUP, argument.address());
        return argument.get(JAVA_LONG, 0);
    }

    /**
     * Deletes an open folder if it is a subvolume, read-only or not. One in which others lie can be written to from then
     * on, and stays.
     *
     * @param name its own in its parent, which may be AT_FDCWD for an absolute path
     */
    static boolean deleted(Fd folder, int parent, String name) {
        if (FileStatus.of(folder).inode() != ROOT_INODE || !isOn("/proc/self/fd/" + folder.value())) {
            return false;
        }
        try {
            var flags = zeroed();
            Descriptors.ioctl(folder, SUBVOL_SETFLAGS, flags.address());
            // Not a Path: its names are text, and these are any bytes.
            var path = parent == OpenFlags.AT_FDCWD ? name : "/proc/self/fd/" + parent + "/" + name;
            var slash = path.lastIndexOf('/');
            deleteSubvolume(path.substring(0, slash + 1), path.substring(slash + 1));
            return true;
        } catch (LinuxException e) {
            // Emptied as any folder is, then.
            return false;
        }
    }

    /** Turns on the counting of what each subvolume uses; on already is fine. */
    public static void enableQuota(String path) {
        var argument = zeroed();
        argument.set(JAVA_LONG, 0, QUOTA_ENABLE);
        run(path, QUOTA_CTL, "BTRFS_IOC_QUOTA_CTL", argument, "enable");
    }

    /** Waits until all is counted that was there before; takes as long as there are files. */
    public static void awaitCounts(String path) {
        run(path, QUOTA_RESCAN_WAIT, "BTRFS_IOC_QUOTA_RESCAN_WAIT", zeroed(), "");
    }

    /** Limits what a subvolume may refer to, what it shares with others included; writes beyond it fail with EDQUOT. */
    public static void limit(String subvolume, long bytes) {
        try (var folder = Entries.open(subvolume, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            var id = id(folder);
            var argument = zeroed();
            argument.set(JAVA_LONG, 0, id);
            argument.set(JAVA_LONG, 8, LIMIT_MAX_REFERENCED);
            argument.set(JAVA_LONG, 16, bytes);
            Descriptors.ioctl(folder, QGROUP_LIMIT, argument.address());
        }
    }

    private static MemorySegment lookup(MemorySegment argument) {
        argument.set(JAVA_LONG, 8, ROOT_INODE);
        return argument;
    }

    private static MemorySegment zeroed() {
        return Scratch.get().data(ARGUMENT_BYTES).asSlice(0, ARGUMENT_BYTES).fill((byte) 0);
    }

    private static void name(MemorySegment argument, int at, String name) {
        var bytes = Names.encode(name);
        if (bytes.length == 0 || bytes.length > 255 || name.indexOf('/') >= 0) {
            throw new LinuxException("btrfs", Errno.EINVAL, name);
        }
        MemorySegment.copy(bytes, 0, argument, java.lang.foreign.ValueLayout.JAVA_BYTE, at, bytes.length);
    }

    private static void run(String path, long request, String call, MemorySegment argument, String shown) {
        try (var folder = Entries.open(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            var result = Native.syscall(Nr.IOCTL, folder.value(), request, argument.address());
            if (result < 0) {
                throw new LinuxException("ioctl", (int) -result, call, path, shown);
            }
        }
    }
}
