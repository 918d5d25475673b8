package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.Optional;

/**
 * A file as a block device (linux/loop.h). The kernel lets go of it by itself when the last one closes or unmounts it, so
 * there is nothing to clear after a crash. Blocks: for a pool.
 *
 * @param path of the device, as {@code /dev/loop3}
 * @param fd keeps the device until it is mounted; the caller's to close
 */
public record LoopDevice(String path, Fd fd) implements AutoCloseable {
    private static final long CTL_GET_FREE = 0x4C82;
    private static final long CONFIGURE = 0x4C0A;
    private static final long SET_FD = 0x4C00;
    private static final long CLR_FD = 0x4C01;
    private static final long SET_STATUS64 = 0x4C04;
    private static final long GET_STATUS64 = 0x4C05;

    /** struct loop_config: fd and block size, struct loop_info64 of 232 bytes, eight spare words. */
    private static final int CONFIG_BYTES = 304;

    private static final int STATUS_AT = 8;
    private static final int STATUS_BYTES = 232;
    private static final int INODE_AT = 8;
    private static final int FLAGS_AT = 52;
    private static final int AUTOCLEAR = 4;
    private static final int MAJOR = 7;
    /** Others look for free ones at the same time. */
    private static final int TRIES = 64;

    /**
     * The device of a file: one that has it still, for two devices over one file would be two file systems that know nothing
     * of each other, or else a free one. ENOENT or ENXIO where the kernel or the machine has none.
     */
    public static LoopDevice of(String file) {
        return having(file).orElseGet(() -> free(file));
    }

    /** A mount that has been detached keeps its device until the last file in it is closed. */
    private static Optional<LoopDevice> having(String file) {
        for (var entry : Directories.list("/sys/block")) {
            if (entry.name().startsWith("loop") && hasPath(entry.name(), file)) {
                try {
                    var device = Entries.open("/dev/" + entry.name(), OpenFlags.O_RDWR, 0);
                    // Open, it stays as it is; whether it is still the one that was seen, only it can say.
                    if (inode(device) == FileStatus.of(file).inode()) {
                        return Optional.of(new LoopDevice("/dev/" + entry.name(), device));
                    }
                    device.close();
                } catch (LinuxException e) {
                    if (!e.is(Errno.ENOENT, Errno.ENXIO, Errno.EBUSY)) {
                        throw e;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean hasPath(String device, String file) {
        return SmallFiles.readIfPresent("/sys/block/" + device + "/loop/backing_file")
                .filter(path -> path.strip().equals(file))
                .isPresent();
    }

    /** Of the file that a device has; 0 where it has none. */
    private static long inode(Fd device) {
        var status = Scratch.get().zeroed(STATUS_BYTES);
        var result = Native.syscall(Nr.IOCTL, device.value(), GET_STATUS64, status.address());
        return result < 0 ? 0 : status.get(JAVA_LONG, INODE_AT);
    }

    private static LoopDevice free(String file) {
        try (var control = Entries.open("/dev/loop-control", OpenFlags.O_RDWR, 0);
                var backing = Entries.open(file, OpenFlags.O_RDWR, 0)) {
            for (var tries = 1; ; tries++) {
                var number = Descriptors.ioctl(control, CTL_GET_FREE, 0);
                var path = "/dev/loop" + number;
                var device = open(path, number);
                try {
                    configure(device, backing);
                    return new LoopDevice(path, device);
                } catch (LinuxException e) {
                    device.close();
                    if (!e.is(Errno.EBUSY) || tries == TRIES) {
                        throw e;
                    }
                }
            }
        }
    }

    private static Fd open(String path, long number) {
        try {
            return Entries.open(path, OpenFlags.O_RDWR, 0);
        } catch (LinuxException e) {
            // Where /dev is no devtmpfs nobody makes the nodes of further devices.
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
            Entries.makeNode(OpenFlags.AT_FDCWD, path, FileStatus.S_IFBLK | 0600, Entries.device(MAJOR, number));
            return Entries.open(path, OpenFlags.O_RDWR, 0);
        }
    }

    private static void configure(Fd device, Fd backing) {
        var config = Scratch.get().zeroed(CONFIG_BYTES);
        config.set(JAVA_INT, 0, backing.value());
        config.set(JAVA_INT, STATUS_AT + FLAGS_AT, AUTOCLEAR);
        var result = Native.syscall(Nr.IOCTL, device.value(), CONFIGURE, config.address());
        if (result == -Errno.EINVAL || result == -Errno.ENOTTY) {
            inTwoSteps(device, backing);
        } else {
            Check.that("ioctl", result, device, "LOOP_CONFIGURE", backing);
        }
    }

    /** Before Linux 5.8. */
    private static void inTwoSteps(Fd device, Fd backing) {
        Descriptors.ioctl(device, SET_FD, backing.value());
        var status = Scratch.get().zeroed(STATUS_BYTES);
        status.set(JAVA_INT, FLAGS_AT, AUTOCLEAR);
        try {
            Descriptors.ioctl(device, SET_STATUS64, status.address());
        } catch (LinuxException e) {
            Descriptors.ioctl(device, CLR_FD, 0);
            throw e;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
