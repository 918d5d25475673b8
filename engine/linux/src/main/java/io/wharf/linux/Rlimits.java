package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.List;
import java.util.Locale;

/** Resource limits of processes (getrlimit(2)). */
public final class Rlimits {
    /** As the kernel means "no limit": all bits set, that is -1. */
    public static final long INFINITY = -1;

    private static final List<String> NAMES = List.of(
            "CPU",
            "FSIZE",
            "DATA",
            "STACK",
            "CORE",
            "RSS",
            "NPROC",
            "NOFILE",
            "MEMLOCK",
            "AS",
            "LOCKS",
            "SIGPENDING",
            "MSGQUEUE",
            "NICE",
            "RTPRIO",
            "RTTIME");

    private Rlimits() {}

    /**
     * Two limits of one resource, unsigned.
     *
     * @param soft the one in force
     * @param hard up to which the soft one may be raised; itself raised with CAP_SYS_RESOURCE only
     */
    public record Limit(long soft, long hard) {
        /** What of these limits a host allows whose own are {@code allowed}, without CAP_SYS_RESOURCE. */
        public Limit clampedTo(Limit allowed) {
            var most = Long.compareUnsigned(hard, allowed.hard) <= 0 ? hard : allowed.hard;
            return new Limit(Long.compareUnsigned(soft, most) <= 0 ? soft : most, most);
        }
    }

    /** Names in the order of their numbers, as OCI has them without {@code RLIMIT_}. */
    public static List<String> names() {
        return NAMES;
    }

    /** Own limit of a resource by name, as {@code nofile}, {@code NOFILE} or {@code RLIMIT_NOFILE}. */
    public static Limit get(String name) {
        return limit(0, number(name), 0);
    }

    /** Limit of another process. */
    public static Limit get(int pid, String name) {
        return limit(pid, number(name), 0);
    }

    /** Sets the limit of a process, 0 for this one; EPERM where the hard limit would grow without the capability. */
    public static void set(int pid, String name, Limit limit) {
        var wanted = Scratch.get().zeroed(32);
        wanted.set(JAVA_LONG, 0, limit.soft);
        wanted.set(JAVA_LONG, 8, limit.hard);
        limit(pid, number(name), wanted.address());
    }

    private static Limit limit(int pid, int resource, long wanted) {
        var old = Scratch.get().struct;
        var result = Native.syscall(Nr.PRLIMIT64, pid, resource, wanted, old.address() + 16);
        Check.that("prlimit64", result, pid, "RLIMIT_" + NAMES.get(resource));
        return new Limit(old.get(JAVA_LONG, 16), old.get(JAVA_LONG, 24));
    }

    private static int number(String name) {
        var upper = name.toUpperCase(Locale.ROOT);
        var number = NAMES.indexOf(upper.startsWith("RLIMIT_") ? upper.substring(7) : upper);
        if (number < 0) {
            throw new LinuxException("prlimit64", Errno.EINVAL, name);
        }
        return number;
    }
}
