package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A file of /proc or of a cgroup that is read again and again: opened once, and each read begins at its start and
 * shows what is so now.
 *
 * <p>A cgroup's files do not keep the cgroup; once it has been removed, reads say so. Not to be used for
 * {@code /proc/PID/net}: an open file there keeps the network namespace.
 */
public final class KernelFile implements AutoCloseable {
    /** The kernel ends a read early only where less than a record is left of a page; no record is as long as this. */
    private static final int SURELY_WHOLE = 3072;

    private final Fd fd;

    private KernelFile(Fd fd) {
        this.fd = fd;
    }

    /** Empty where there is no such file. */
    public static Optional<KernelFile> open(String path) {
        try {
            return Optional.of(new KernelFile(Entries.open(path, OpenFlags.O_RDONLY, 0)));
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ESRCH, Errno.ENODEV, Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Reads from the start, as much as there is room for.
     *
     * @return bytes read; -1 where what it told of is gone
     */
    public int read(byte[] into) {
        return readWhole(fd, into);
    }

    /**
     * Opens, reads and closes.
     *
     * @param folder where {@code name} begins
     * @return as {@link #read}
     */
    public static int readOnce(Fd folder, String name, byte[] into) {
        try (var fd = Entries.openAt(folder.value(), name, OpenFlags.O_RDONLY, 0)) {
            return readWhole(fd, into);
        } catch (LinuxException e) {
            if (isGone(e.errno())) {
                return -1;
            }
            throw e;
        }
    }

    private static int readWhole(Fd fd, byte[] into) {
        var data = Scratch.get().data(into.length);
        var done = 0;
        while (true) {
            var room = Math.min(data.byteSize(), into.length - done);
            var count = Native.syscall(Nr.PREAD64, fd.value(), data.address(), room, done);
            if (count < 0) {
                if (isGone((int) -count)) {
                    return -1;
                }
                throw new LinuxException("pread64", (int) -count, fd);
            }
            MemorySegment.copy(data, JAVA_BYTE, 0, into, done, (int) count);
            done += (int) count;
            if (count < SURELY_WHOLE || done == into.length) {
                return done;
            }
        }
    }

    private static boolean isGone(int errno) {
        return errno == Errno.ENODEV || errno == Errno.ENOENT || errno == Errno.ESRCH || errno == Errno.EINVAL;
    }

    @Override
    public void close() {
        fd.close();
    }
}
