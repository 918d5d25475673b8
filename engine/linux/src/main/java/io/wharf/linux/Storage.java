package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.Optional;

/** Durability, space and locks of files. All of these may block on the disk: they belong on a pool. */
public final class Storage {
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    private static final int STATFS_BYTES = 120;
    private static final int SYNC_FILE_RANGE_WRITE = 2;

    private Storage() {}

    /**
     * A file system's kind and room.
     *
     * @param magic as in linux/magic.h, 0xEF53 for ext4
     * @param totalBytes of its data
     * @param availableBytes for those who are not root
     */
    public record FileSystem(
            long magic, long totalBytes, long freeBytes, long availableBytes, long files, long freeFiles, long flags) {

        /** The name that {@code docker info} shows as the backing file system. */
        public String name() {
            return switch ((int) magic) {
                case 0xEF53 -> "extfs";
                case 0x58465342 -> "xfs";
                case 0x9123683E -> "btrfs";
                case 0x01021994 -> "tmpfs";
                case 0x794c7630 -> "overlayfs";
                case 0x2FC12FC1 -> "zfs";
                case 0x6969 -> "nfs";
                case 0xF2F52010 -> "f2fs";
                case 0x65735546 -> "fuse";
                case 0x858458f6 -> "ramfs";
                default -> "0x" + Long.toHexString(magic);
            };
        }
    }

    public static void sync(Fd fd) {
        Check.that("fsync", Native.syscall(Nr.FSYNC, fd.value()), fd);
    }

    public static void syncData(Fd fd) {
        Check.that("fdatasync", Native.syscall(Nr.FDATASYNC, fd.value()), fd);
    }

    /** Begins to write a file to the disk, so that syncs of several files cost little more than one. */
    public static void beginSync(Fd fd) {
        var result = Native.syscall(Nr.SYNC_FILE_RANGE, fd.value(), 0, 0, SYNC_FILE_RANGE_WRITE);
        if (result != -Errno.ENOSYS && result != -Errno.ESPIPE && result != -Errno.EINVAL) {
            Check.that("sync_file_range", result, fd);
        }
    }

    /** Everything dirty on the file system that this descriptor lies on. */
    public static void syncFileSystem(Fd fd) {
        Check.that("syncfs", Native.syscall(Nr.SYNCFS, fd.value()), fd);
    }

    /** Makes a rename or a new name durable. */
    public static void syncDirectory(String path) {
        try (var directory = Entries.open(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            sync(directory);
        }
    }

    /** Reserves room and extends the file; EOPNOTSUPP where the file system cannot. */
    public static void allocate(Fd fd, int mode, long offset, long length) {
        Check.that("fallocate", Native.syscall(Nr.FALLOCATE, fd.value(), mode, offset, length), fd, offset, length);
    }

    public static void truncate(Fd fd, long size) {
        Check.that("ftruncate", Native.syscall(Nr.FTRUNCATE, fd.value(), size), fd, size);
    }

    public static FileSystem fileSystem(String path) {
        var scratch = Scratch.get();
        var name = scratch.first(path, "statfs");
        var s = scratch.zeroed(STATFS_BYTES);
        Check.that("statfs", Native.syscall(Nr.STATFS, name, s.address()), path);
        var block = s.get(JAVA_LONG, 8);
        return new FileSystem(
                s.get(JAVA_LONG, 0) & 0xffffffffL,
                s.get(JAVA_LONG, 16) * block,
                s.get(JAVA_LONG, 24) * block,
                s.get(JAVA_LONG, 32) * block,
                s.get(JAVA_LONG, 40),
                s.get(JAVA_LONG, 48),
                s.get(JAVA_LONG, 80));
    }

    /** Locks a file for this open file alone (flock(2)), made if it is missing; empty where another has it. */
    public static Optional<Fd> lock(String path) {
        var fd = Entries.open(path, OpenFlags.O_RDWR | OpenFlags.O_CREAT, 0600);
        var result = Native.syscall(Nr.FLOCK, fd.value(), LOCK_EX | LOCK_NB);
        if (result == 0) {
            return Optional.of(fd);
        }
        fd.close();
        if (result == -Errno.EAGAIN) {
            return Optional.empty();
        }
        throw new LinuxException("flock", (int) -result, path);
    }

    /** How many bytes a read on a pipe, socket or terminal would give now. */
    public static int readable(Fd fd) {
        var out = Scratch.get().zeroed(8);
        Descriptors.ioctl(fd, 0x541B, out.address());
        return out.get(JAVA_INT, 0);
    }
}
