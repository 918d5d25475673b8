package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Makes descriptors and moves bytes between them without a copy through this process. */
public final class Descriptors {
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

    /** Sends from a file's offset; bytes sent, 0 at the end, -1 where a non-blocking target takes none now. */
    public static long sendFile(Fd from, long offset, Fd to, long length) {
        var position = Scratch.get().struct;
        position.set(JAVA_LONG, 0, offset);
        return transferred(
                "sendfile",
                Native.syscall(Nr.SENDFILE, to.value(), from.value(), position.address(), length),
                from,
                to);
    }

    /** Moves bytes where one side is a pipe; bytes moved, 0 at the end, -1 where it would block. */
    public static long splice(Fd from, Fd to, long length, int flags) {
        return transferred(
                "splice", Native.syscall(Nr.SPLICE, from.value(), 0, to.value(), 0, length, flags), from, to);
    }

    public static long seek(Fd fd, long offset, int whence) {
        return Check.that("lseek", Native.syscall(Nr.LSEEK, fd.value(), offset, whence), fd, offset, whence);
    }

    /** Reads at an offset without moving it; 0 at the end. */
    public static int readAt(Fd fd, MemorySegment into, long offset) {
        return (int) Check.that(
                "pread64",
                Native.syscall(Nr.PREAD64, fd.value(), into.address(), into.byteSize(), offset),
                fd,
                into.byteSize(),
                offset);
    }

    public static int writeAt(Fd fd, MemorySegment from, long offset) {
        return (int) Check.that(
                "pwrite64",
                Native.syscall(Nr.PWRITE64, fd.value(), from.address(), from.byteSize(), offset),
                fd,
                from.byteSize(),
                offset);
    }

    private static long transferred(String call, long result, Fd from, Fd to) {
        return result == -Errno.EAGAIN ? -1 : Check.that(call, result, from, to);
    }
}
