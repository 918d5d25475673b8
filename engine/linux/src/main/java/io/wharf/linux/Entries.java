package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.Optional;

/**
 * Names in directories: opened, made, linked, renamed, removed, always relative to a directory descriptor.
 *
 * <p>{@code directory} is a descriptor's number or {@link OpenFlags#AT_FDCWD}. Names follow {@link Names}. Only
 * {@link #openBeneath} is proof against symlinks in the middle of a path; the others follow them, so who works on
 * foreign trees passes single names and a descriptor got from it.
 */
public final class Entries {
    public static final int RENAME_NOREPLACE = 1;
    public static final int RENAME_EXCHANGE = 2;

    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int OPEN_HOW_BYTES = 24;

    private Entries() {}

    /** Opens a path, close-on-exec always. */
    public static Fd open(String path, int flags, int mode) {
        return openAt(OpenFlags.AT_FDCWD, path, flags, mode);
    }

    /** A directory as the base for others, without the right to list it. */
    public static Fd openDirectory(String path) {
        return open(path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0);
    }

    public static Fd openAt(int directory, String path, int flags, int mode) {
        var name = Scratch.get().first(path, "openat");
        var fd = Native.syscall(Nr.OPENAT, directory, name, flags | OpenFlags.O_CLOEXEC, mode);
        return Fd.own(fd >= 0 ? (int) fd : Check.fd("openat", fd, directory, path, hex(flags)));
    }

    /**
     * Opens a path as if {@code root} were {@code /}: absolute symlinks and {@code ..} cannot leave it, magic links of
     * /proc are refused. ENOSYS before Linux 5.6.
     */
    public static Fd openBeneath(int root, String path, int flags, int mode) {
        return openat2(root, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    }

    /** As {@link #openBeneath}, and no component of the path may be a symlink (ELOOP) or leave it (EXDEV). */
    public static Fd openBeneathNoLinks(int root, String path, int flags, int mode) {
        return openat2(root, path, flags, mode, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    }

    private static Fd openat2(int root, String path, int flags, int mode, long resolve) {
        // Three bytes a character at most; only then is it worth counting.
        if (path.length() < Scratch.PATH_BYTES / 3 || Names.encode(path).length < Scratch.PATH_BYTES) {
            return openat2Once(root, path, flags, mode, resolve);
        }
        // Longer than any call takes: in two parts, and the second one may hold no symlink, which would lead astray.
        var middle = path.indexOf('/', path.length() / 2);
        if (middle < 0) {
            throw new LinuxException("openat2", Errno.ENAMETOOLONG, root, path);
        }
        var folder = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
        try (var part = openat2(root, path.substring(0, middle), folder, 0, resolve)) {
            return openBeneathNoLinks(part.value(), path.substring(middle + 1), flags, mode);
        }
    }

    private static Fd openat2Once(int root, String path, int flags, int mode, long resolve) {
        var scratch = Scratch.get();
        var name = scratch.first(path, "openat2");
        var how = scratch.struct;
        how.set(JAVA_LONG, 0, flags | OpenFlags.O_CLOEXEC);
        // The kernel refuses a mode where nothing can be created.
        how.set(JAVA_LONG, 8, (flags & OpenFlags.O_CREAT) != 0 ? mode : 0);
        how.set(JAVA_LONG, 16, resolve);
        long fd;
        do {
            // EAGAIN: something was renamed while the kernel walked; the walk is simply done again.
            fd = Native.syscall(Nr.OPENAT2, root, name, how.address(), OPEN_HOW_BYTES);
        } while (fd == -Errno.EAGAIN);
        return Fd.own(fd >= 0 ? (int) fd : Check.fd("openat2", fd, root, path, hex(flags), hex((int) resolve)));
    }

    public static void makeDirectory(int directory, String path, int mode) {
        var name = Scratch.get().first(path, "mkdirat");
        check("mkdirat", Native.syscall(Nr.MKDIRAT, directory, name, mode), directory, path);
    }

    public static void makeDirectory(String path, int mode) {
        makeDirectory(OpenFlags.AT_FDCWD, path, mode);
    }

    /** A device, fifo, socket or empty file: {@code mode} with the type's bits, {@code device} from {@link #device}. */
    public static void makeNode(int directory, String path, int mode, long device) {
        var name = Scratch.get().first(path, "mknodat");
        check("mknodat", Native.syscall(Nr.MKNODAT, directory, name, mode, device), directory, path);
    }

    /** The kernel's device number of a major and a minor (new_encode_dev, 32 bits). */
    public static long device(long major, long minor) {
        return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12;
    }

    public static void unlink(int directory, String path) {
        remove(directory, path, 0);
    }

    public static void removeDirectory(int directory, String path) {
        remove(directory, path, OpenFlags.AT_REMOVEDIR);
    }

    private static void remove(int directory, String path, int flags) {
        var name = Scratch.get().first(path, "unlinkat");
        check("unlinkat", Native.syscall(Nr.UNLINKAT, directory, name, flags), directory, path);
    }

    public static void symlink(String target, int directory, String path) {
        var scratch = Scratch.get();
        var to = scratch.first(target, "symlinkat");
        var name = scratch.second(path, "symlinkat");
        check("symlinkat", Native.syscall(Nr.SYMLINKAT, to, directory, name), directory, path);
    }

    /** A hard link to the entry itself; a symlink is not followed. */
    public static void link(int fromDirectory, String from, int toDirectory, String to) {
        var scratch = Scratch.get();
        var source = scratch.first(from, "linkat");
        var target = scratch.second(to, "linkat");
        var result = Native.syscall(Nr.LINKAT, fromDirectory, source, toDirectory, target, 0);
        if (result < 0) {
            Check.that("linkat", result, fromDirectory, from, toDirectory, to);
        }
    }

    public static void rename(int fromDirectory, String from, int toDirectory, String to, int flags) {
        var scratch = Scratch.get();
        var source = scratch.first(from, "renameat2");
        var target = scratch.second(to, "renameat2");
        var result = Native.syscall(Nr.RENAMEAT2, fromDirectory, source, toDirectory, target, flags);
        if (result < 0) {
            Check.that("renameat2", result, fromDirectory, from, toDirectory, to, flags);
        }
    }

    /** What a symlink says. An empty path reads the link that the descriptor itself (O_PATH) is. */
    public static String readLink(int directory, String path) {
        var scratch = Scratch.get();
        var name = scratch.first(path, "readlinkat");
        var into = scratch.second;
        var length = Native.syscall(Nr.READLINKAT, directory, name, into.address(), into.byteSize());
        Check.that("readlinkat", length, directory, path);
        return Names.decode(Scratch.bytes(into, length));
    }

    public static String readLink(String path) {
        return readLink(OpenFlags.AT_FDCWD, path);
    }

    /** As {@link #readLink(String)}; empty where there is nothing of the name. */
    public static Optional<String> readLinkIfPresent(String path) {
        try {
            return Optional.of(readLink(path));
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ESRCH, Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Cheap on success: the arguments are put together for the message only. */
    private static void check(String call, long result, int directory, String path) {
        if (result < 0) {
            Check.that(call, result, directory, path);
        }
    }

    private static String hex(int flags) {
        return "0x" + Integer.toHexString(flags);
    }
}
