package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Extended attributes, values up to 64 KiB.
 *
 * <p>By descriptor, or by directory and single name: the kernels served have no *at calls for them (they came with
 * 6.13), so the entry is named through /proc/self/fd, without following a symlink at its end.
 */
public final class Xattrs {
    private static final int VALUE_LIMIT = 64 << 10;

    private Xattrs() {}

    public static void set(Fd fd, String name, byte[] value) {
        var scratch = Scratch.get();
        var key = scratch.second(name, "fsetxattr");
        var at = value(scratch, value);
        check("fsetxattr", Native.syscall(Nr.FSETXATTR, fd.value(), key, at, value.length, 0), fd.toString(), name);
    }

    /** Of the entry itself, be it a symlink. */
    public static void set(int directory, String entry, String name, byte[] value) {
        var scratch = Scratch.get();
        var path = scratch.first(path(directory, entry), "lsetxattr");
        var key = scratch.second(name, "lsetxattr");
        var at = value(scratch, value);
        check("lsetxattr", Native.syscall(Nr.LSETXATTR, path, key, at, value.length, 0), entry, name);
    }

    /** Empty where the file has none of this name. */
    public static Optional<byte[]> get(Fd fd, String name) {
        var scratch = Scratch.get();
        var key = scratch.second(name, "fgetxattr");
        var data = scratch.data(VALUE_LIMIT);
        return value(
                "fgetxattr",
                Native.syscall(Nr.FGETXATTR, fd.value(), key, data.address(), VALUE_LIMIT),
                data,
                fd.toString(),
                name);
    }

    public static Optional<byte[]> get(int directory, String entry, String name) {
        var scratch = Scratch.get();
        var path = scratch.first(path(directory, entry), "lgetxattr");
        var key = scratch.second(name, "lgetxattr");
        var data = scratch.data(VALUE_LIMIT);
        return value(
                "lgetxattr", Native.syscall(Nr.LGETXATTR, path, key, data.address(), VALUE_LIMIT), data, entry, name);
    }

    public static List<String> list(Fd fd) {
        var data = Scratch.get().data(VALUE_LIMIT);
        var length = Native.syscall(Nr.FLISTXATTR, fd.value(), data.address(), VALUE_LIMIT);
        return names("flistxattr", length, data, fd.toString());
    }

    public static List<String> list(int directory, String entry) {
        var scratch = Scratch.get();
        var path = scratch.first(path(directory, entry), "llistxattr");
        var data = scratch.data(VALUE_LIMIT);
        return names("llistxattr", Native.syscall(Nr.LLISTXATTR, path, data.address(), VALUE_LIMIT), data, entry);
    }

    public static void remove(int directory, String entry, String name) {
        var scratch = Scratch.get();
        var path = scratch.first(path(directory, entry), "lremovexattr");
        var key = scratch.second(name, "lremovexattr");
        check("lremovexattr", Native.syscall(Nr.LREMOVEXATTR, path, key), entry, name);
    }

    /** An absolute path, and one from the working directory, stand for themselves. */
    private static String path(int directory, String entry) {
        if (directory == OpenFlags.AT_FDCWD || entry.startsWith("/")) {
            return entry;
        }
        return "/proc/self/fd/" + directory + "/" + entry;
    }

    private static long value(Scratch scratch, byte[] value) {
        if (value.length > VALUE_LIMIT) {
            throw new LinuxException("setxattr", Errno.E2BIG, value.length);
        }
        var data = scratch.data(Math.max(1, value.length));
        MemorySegment.copy(value, 0, data, JAVA_BYTE, 0, value.length);
        return data.address();
    }

    private static Optional<byte[]> value(String call, long length, MemorySegment data, String file, String name) {
        if (length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP) {
            return Optional.empty();
        }
        check(call, length, file, name);
        return Optional.of(Scratch.bytes(data, length));
    }

    private static List<String> names(String call, long length, MemorySegment data, String file) {
        if (length == -Errno.EOPNOTSUPP) {
            return List.of();
        }
        check(call, length, file, "");
        var names = new ArrayList<String>();
        var all = Scratch.bytes(data, length);
        for (int from = 0, at = 0; at < all.length; at++) {
            if (all[at] == 0) {
                names.add(Names.decode(all, from, at - from));
                from = at + 1;
            }
        }
        return names;
    }

    private static void check(String call, long result, String file, String name) {
        if (result < 0) {
            throw new LinuxException(call, (int) -result, file, name);
        }
    }
}
