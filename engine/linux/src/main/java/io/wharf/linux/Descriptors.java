package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

/** Makes descriptors and moves bytes between them without a copy through this process. */
public final class Descriptors {
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int O_CLOEXEC = OpenFlags.O_CLOEXEC;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int FD_CLOEXEC = 1;
    private static final long FICLONE = 0x40049409;
    private static final int MFD_CLOEXEC = 1;

    private Descriptors() {}

    /** Two ends of a pipe; both close-on-exec. */
    public record Pipe(Fd read, Fd write) implements AutoCloseable {
        @Override
        public void close() {
            read.close();
            write.close();
        }
    }

    /** A blocking pipe. */
    public static Pipe pipe() {
        return pipe(0);
    }

    /** A pipe with extra flags, as O_NONBLOCK (for both ends). */
    public static Pipe pipe(int flags) {
        var pair = Scratch.get().zeroed(8);
        Check.that("pipe2", Native.syscall(Nr.PIPE2, pair.address(), flags | O_CLOEXEC), flags);
        return new Pipe(Fd.own(pair.get(JAVA_INT, 0)), Fd.own(pair.get(JAVA_INT, 4)));
    }

    /** Asks for a pipe's capacity in bytes; what the kernel gave. */
    public static int pipeCapacity(Fd pipe, int bytes) {
        return fcntl(pipe, F_SETPIPE_SZ, bytes);
    }

    /** The lowest free number not below {@code minimum}, close-on-exec. */
    static int duplicate(int fd, int minimum) {
        return Check.fd(
                "fcntl", Native.syscall(Nr.FCNTL, fd, F_DUPFD_CLOEXEC, minimum), fd, "F_DUPFD_CLOEXEC", minimum);
    }

    public static int fcntl(Fd fd, int command, long argument) {
        return Check.fd(
                "fcntl", Native.syscall(Nr.FCNTL, fd.value(), command, argument), fd.value(), command, argument);
    }

    public static void nonBlocking(Fd fd, boolean on) {
        var flags = fcntl(fd, F_GETFL, 0);
        var wanted = on ? flags | OpenFlags.O_NONBLOCK : flags & ~OpenFlags.O_NONBLOCK;
        if (wanted != flags) {
            fcntl(fd, F_SETFL, wanted);
        }
    }

    public static boolean isCloseOnExec(Fd fd) {
        return (fcntl(fd, F_GETFD, 0) & FD_CLOEXEC) != 0;
    }

    public static void closeOnExec(Fd fd, boolean on) {
        fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
    }

    /** A file in memory without a name. */
    public static Fd memory(String label) {
        var name = Scratch.get().first(label, "memfd_create");
        return Fd.own(Check.fd("memfd_create", Native.syscall(Nr.MEMFD_CREATE, name, MFD_CLOEXEC), label));
    }

    public static long ioctl(Fd fd, long request, long argument) {
        return Check.that(
                "ioctl",
                Native.syscall(Nr.IOCTL, fd.value(), request, argument),
                fd.value(),
                "0x" + Long.toHexString(request),
                argument);
    }

    /** Shares all extents of a file (btrfs, xfs); EOPNOTSUPP, EXDEV or EINVAL where it cannot. */
    public static void cloneFile(Fd from, Fd to) {
        Check.that("ioctl", Native.syscall(Nr.IOCTL, to.value(), FICLONE, from.value()), to, "FICLONE", from);
    }

    /** Copies between files inside the kernel from both current offsets; bytes copied, 0 at the end. */
    public static long copyFileRange(Fd from, Fd to, long length) {
        return Check.that(
                "copy_file_range",
                Native.syscall(Nr.COPY_FILE_RANGE, from.value(), 0, to.value(), 0, length, 0),
                from,
                to,
                length);
    }

    public static long seek(Fd fd, long offset, int whence) {
        return Check.that("lseek", Native.syscall(Nr.LSEEK, fd.value(), offset, whence), fd, offset, whence);
    }

    /** Where a file's next data begins; its size where there is none. */
    public static long nextData(Fd file, long from, long size) {
        return next(file, from, SEEK_DATA, size, from);
    }

    /** Where a file's next hole begins; its size where there is none, or where its file system knows of no holes. */
    public static long nextHole(Fd file, long from, long size) {
        return next(file, from, SEEK_HOLE, size, size);
    }

    private static long next(Fd file, long from, int whence, long size, long withoutHoles) {
        try {
            return seek(file, from, whence);
        } catch (LinuxException e) {
            if (e.is(Errno.ENXIO)) {
                return size;
            }
            if (e.is(Errno.EINVAL, Errno.EOPNOTSUPP)) {
                return withoutHoles;
            }
            throw e;
        }
    }
}
