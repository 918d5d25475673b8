package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * What statx(2) tells of a file.
 *
 * @param mode type and permission bits, as st_mode
 * @param blocks of 512 bytes
 * @param device of the file system, in the kernel's encoding (see {@link Entries#device})
 * @param specialDevice of a device file itself
 * @param modifiedSeconds since 1970, with {@code modifiedNanos} below one second
 * @param mountRoot the root of a mount (Linux 5.8)
 */
public record FileStatus(
        int mode,
        int uid,
        int gid,
        int links,
        long inode,
        long size,
        long blocks,
        long device,
        int specialMajor,
        int specialMinor,
        long accessedSeconds,
        int accessedNanos,
        long modifiedSeconds,
        int modifiedNanos,
        long changedSeconds,
        int changedNanos,
        boolean mountRoot) {
    public static final int S_IFMT = 0xF000;
    public static final int S_IFSOCK = 0xC000;
    public static final int S_IFLNK = 0xA000;
    public static final int S_IFREG = 0x8000;
    public static final int S_IFBLK = 0x6000;
    public static final int S_IFDIR = 0x4000;
    public static final int S_IFCHR = 0x2000;
    public static final int S_IFIFO = 0x1000;

    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final long STATX_ATTR_MOUNT_ROOT = 0x2000;
    private static final int STATX_BYTES = 256;

    /** Follows symlinks. */
    public static FileStatus of(String path) {
        return of(OpenFlags.AT_FDCWD, path, 0);
    }

    /** Tells of the entry itself, be it a symlink. */
    public static FileStatus ofEntry(int directory, String path) {
        return of(directory, path, OpenFlags.AT_SYMLINK_NOFOLLOW);
    }

    public static FileStatus of(Fd fd) {
        return of(fd.value(), "", OpenFlags.AT_EMPTY_PATH);
    }

    /** The entry itself, or empty where there is none of the name. */
    public static Optional<FileStatus> ifPresent(int directory, String path) {
        try {
            return Optional.of(ofEntry(directory, path));
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public static FileStatus of(int directory, String path, int flags) {
        var scratch = Scratch.get();
        var name = scratch.first(path, "statx");
        var out = scratch.struct;
        var result = Native.syscall(Nr.STATX, directory, name, flags, STATX_BASIC_STATS, out.address());
        if (result < 0) {
            throw new LinuxException("statx", (int) -result, directory, path, flags);
        }
        return decode(out.asSlice(0, STATX_BYTES));
    }

    private static FileStatus decode(MemorySegment s) {
        return new FileStatus(
                s.get(JAVA_SHORT, 28) & 0xffff,
                s.get(JAVA_INT, 20),
                s.get(JAVA_INT, 24),
                s.get(JAVA_INT, 16),
                s.get(JAVA_LONG, 32),
                s.get(JAVA_LONG, 40),
                s.get(JAVA_LONG, 48),
                Entries.device(s.get(JAVA_INT, 136), s.get(JAVA_INT, 140)),
                s.get(JAVA_INT, 128),
                s.get(JAVA_INT, 132),
                s.get(JAVA_LONG, 64),
                s.get(JAVA_INT, 72),
                s.get(JAVA_LONG, 112),
                s.get(JAVA_INT, 120),
                s.get(JAVA_LONG, 96),
                s.get(JAVA_INT, 104),
                (s.get(JAVA_LONG, 8) & s.get(JAVA_LONG, 56) & STATX_ATTR_MOUNT_ROOT) != 0);
    }

    public boolean isDirectory() {
        return (mode & S_IFMT) == S_IFDIR;
    }

    public boolean isFile() {
        return (mode & S_IFMT) == S_IFREG;
    }

    public boolean isSymlink() {
        return (mode & S_IFMT) == S_IFLNK;
    }

    public boolean isDevice() {
        return (mode & S_IFMT) == S_IFCHR || (mode & S_IFMT) == S_IFBLK;
    }

    /** Permission bits with set-uid, set-gid and sticky. */
    public int permissions() {
        return mode & 0xFFF;
    }
}
