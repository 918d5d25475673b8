package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.util.ArrayList;
import java.util.List;

/** Lists directories by getdents64(2), by descriptor and with the types of the entries. */
public final class Directories {
    private static final int CHUNK = 32 << 10;
    private static final int RECORD_LENGTH = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;

    private Directories() {}

    /** What the directory says an entry is; {@link #UNKNOWN} where the file system does not tell. */
    public enum Type {
        UNKNOWN,
        FIFO,
        CHARACTER_DEVICE,
        DIRECTORY,
        BLOCK_DEVICE,
        FILE,
        SYMLINK,
        SOCKET;

        static Type of(byte type) {
            return switch (type) {
                case 1 -> FIFO;
                case 2 -> CHARACTER_DEVICE;
                case 4 -> DIRECTORY;
                case 6 -> BLOCK_DEVICE;
                case 8 -> FILE;
                case 10 -> SYMLINK;
                case 12 -> SOCKET;
                default -> UNKNOWN;
            };
        }
    }

    public record Entry(String name, Type type, long inode) {}

    /** All entries but {@code .} and {@code ..}, in the file system's order; the descriptor is not O_PATH. */
    public static List<Entry> list(Fd directory) {
        var entries = new ArrayList<Entry>();
        Descriptors.seek(directory, 0, 0);
        while (readSome(directory, entries)) {
            // The next chunk.
        }
        return entries;
    }

    /**
     * Adds a few hundred further entries from where the descriptor stands: for folders that may hold more than should be
     * in memory at once.
     *
     * @return false at the end
     */
    public static boolean readSome(Fd directory, List<Entry> entries) {
        return readSome(directory, entries, CHUNK);
    }

    /**
     * The same for one of many folders that are read at a time: those on the way down a deep tree.
     *
     * @param bytes of the kernel's records, of which the longest has 280
     */
    public static boolean readSome(Fd directory, List<Entry> entries, int bytes) {
        var data = Scratch.get().data(bytes);
        var result = Native.syscall(Nr.GETDENTS64, directory.value(), data.address(), bytes);
        if (result == -Errno.ENOENT) {
            // Removed since it was opened, which takes an empty one.
            return false;
        }
        var count = Check.that("getdents64", result, directory);
        for (long at = 0; at < count; ) {
            var length = data.get(JAVA_SHORT_UNALIGNED, at + RECORD_LENGTH);
            var name = name(data.asSlice(at + NAME, length - NAME).toArray(JAVA_BYTE));
            if (!name.equals(".") && !name.equals("..")) {
                entries.add(
                        new Entry(name, Type.of(data.get(JAVA_BYTE, at + TYPE)), data.get(JAVA_LONG_UNALIGNED, at)));
            }
            at += length;
        }
        return count > 0;
    }

    public static List<Entry> list(String path) {
        try (var fd = Entries.open(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            return list(fd);
        }
    }

    public static List<String> names(String path) {
        return list(path).stream().map(Entry::name).toList();
    }

    private static String name(byte[] padded) {
        var end = 0;
        while (end < padded.length && padded[end] != 0) {
            end++;
        }
        return Names.decode(padded, 0, end);
    }
}
