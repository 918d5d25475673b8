package io.wharf.linux;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads and writes the small files of /proc, /sys and cgroups in one go, without their sizes being known. */
public final class SmallFiles {
    private static final int CHUNK = 8192;

    private SmallFiles() {}

    /** The whole content as text. */
    public static String read(String path) {
        try (var fd = Entries.open(path, OpenFlags.O_RDONLY, 0)) {
            return readAll(fd);
        }
    }

    /** Empty where the file, or the process or device it told of, does not exist any more. */
    public static Optional<String> readIfPresent(String path) {
        try {
            return Optional.of(read(path));
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ESRCH, Errno.ENODEV, Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Writes in one call, as kernel files want it; the file must exist. */
    public static void write(String path, String content) {
        try (var fd = Entries.open(path, OpenFlags.O_WRONLY, 0)) {
            var bytes = content.getBytes(StandardCharsets.UTF_8);
            var written = Native.syscall(Nr.WRITE, fd.value(), addressOf(bytes), bytes.length);
            Check.that("write", written, path, content.strip());
        }
    }

    private static long addressOf(byte[] bytes) {
        var data = Scratch.get().data(bytes.length);
        data.asByteBuffer().put(bytes);
        return data.address();
    }

    static String readAll(Fd fd) {
        var first = new byte[CHUNK];
        var count = fd.read(first, 0, CHUNK);
        var out = new ByteArrayOutputStream(Math.max(count, 32));
        while (count > 0) {
            out.write(first, 0, count);
            count = fd.read(first, 0, CHUNK);
        }
        return Names.decode(out.toByteArray());
    }
}
