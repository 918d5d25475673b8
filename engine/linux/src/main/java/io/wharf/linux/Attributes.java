package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * Owners, permissions and times. Entries are taken as they are: a symlink is never followed, but by {@link #mode}.
 *
 * <p>Change the owner before the mode: chown clears set-uid bits.
 */
public final class Attributes {
    /** In place of nanoseconds: leave this time as it is. */
    public static final int UTIME_OMIT = 0x3ffffffe;

    private Attributes() {}

    /** The bits that this process's new files lack; all of them where the kernel does not tell. */
    public static int umask() {
        for (var line : SmallFiles.read("/proc/self/status").split("\n")) {
            if (line.startsWith("Umask:")) {
                return Integer.parseInt(line.substring(6).strip(), 8);
            }
        }
        return 0777;
    }

    /** -1 leaves a number as it is. */
    public static void owner(Fd fd, int uid, int gid) {
        var result = Native.syscall(Nr.FCHOWN, fd.value(), uid, gid);
        if (result < 0) {
            throw new LinuxException("fchown", (int) -result, fd, uid, gid);
        }
    }

    public static void owner(int directory, String path, int uid, int gid) {
        var name = Scratch.get().first(path, "fchownat");
        var result = Native.syscall(Nr.FCHOWNAT, directory, name, uid, gid, OpenFlags.AT_SYMLINK_NOFOLLOW);
        if (result < 0) {
            throw new LinuxException("fchownat", (int) -result, directory, path, uid, gid);
        }
    }

    public static void mode(Fd fd, int mode) {
        var result = Native.syscall(Nr.FCHMOD, fd.value(), mode);
        if (result < 0) {
            throw new LinuxException("fchmod", (int) -result, fd, Integer.toOctalString(mode));
        }
    }

    /** Follows a symlink at the end of the path: not for entries that may be one. */
    public static void mode(int directory, String path, int mode) {
        var name = Scratch.get().first(path, "fchmodat");
        var result = Native.syscall(Nr.FCHMODAT, directory, name, mode);
        if (result < 0) {
            throw new LinuxException("fchmodat", (int) -result, directory, path, Integer.toOctalString(mode));
        }
    }

    public static void times(
            int directory, String path, long accessedSeconds, int accessedNanos, long seconds, int nanos) {
        var scratch = Scratch.get();
        var name = scratch.first(path, "utimensat");
        var times = times(scratch, accessedSeconds, accessedNanos, seconds, nanos);
        var result = Native.syscall(Nr.UTIMENSAT, directory, name, times, OpenFlags.AT_SYMLINK_NOFOLLOW);
        if (result < 0) {
            throw new LinuxException("utimensat", (int) -result, directory, path, seconds, nanos);
        }
    }

    public static void times(Fd fd, long accessedSeconds, int accessedNanos, long seconds, int nanos) {
        var times = times(Scratch.get(), accessedSeconds, accessedNanos, seconds, nanos);
        var result = Native.syscall(Nr.UTIMENSAT, fd.value(), 0, times, 0);
        if (result < 0) {
            throw new LinuxException("utimensat", (int) -result, fd, seconds, nanos);
        }
    }

    private static long times(Scratch scratch, long accessedSeconds, int accessedNanos, long seconds, int nanos) {
        var times = scratch.struct;
        times.set(JAVA_LONG, 0, accessedSeconds);
        times.set(JAVA_LONG, 8, accessedNanos);
        times.set(JAVA_LONG, 16, seconds);
        times.set(JAVA_LONG, 24, nanos);
        return times.address();
    }
}
