package io.wharf.logs;

import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A log's current file and those put aside: {@code NAME}, {@code NAME.1} and so on, the oldest last, with {@code .gz} where
 * they are compressed.
 *
 * <p>One thread writes; readers open what there is at a moment ({@link #open}) and keep it, whatever happens to the names.
 */
final class LogFile implements AutoCloseable {
    private static final String GZ = ".gz";
    private static final String HALF = ".tmp";

    private final Path path;
    private final FileOptions options;
    private @Nullable FileChannel channel;
    private long inode;
    private long size;
    /** What was written before a crash and comes once more. */
    private long skip;

    private boolean compressed;

    LogFile(Path path, FileOptions options) {
        this.path = path;
        this.options = options;
    }

    /**
     * Takes up the file where an earlier life of the engine left it.
     *
     * @param knownInode of the file that the position was saved with, and {@code knownSize} its size then
     */
    void resume(long knownInode, long knownSize) {
        try {
            FileStatus found = FileStatus.of(path.toString());
            inode = found.inode();
            // A file of another number was begun after that, so all in it comes once more.
            size = found.inode() == knownInode ? Math.min(knownSize, found.size()) : 0;
            skip = found.size() - size;
        } catch (LinuxException none) {
            size = 0;
            skip = 0;
        }
    }

    /** Makes the file where it is not there yet, as log shippers expect it from a container's start on. */
    void create() throws IOException {
        opened();
    }

    private FileChannel opened() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            Files.createDirectories(path.getParent());
            open = FileChannel.open(
                    path,
                    Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
            channel = open;
            inode = FileStatus.of(path.toString()).inode();
        }
        return open;
    }

    /** Bytes of the current file that count. */
    long size() {
        return size;
    }

    long inode() {
        return inode;
    }

    long maxBytes() {
        return options.maxBytes();
    }

    /** As much as all files may hold; {@code Long.MAX_VALUE} for no limit. */
    long capacity() {
        long each = options.maxBytes();
        return each > Long.MAX_VALUE / options.maxFiles() ? Long.MAX_VALUE : each * options.maxFiles();
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        int again = (int) Math.min(skip, length);
        skip -= again;
        size += length;
        ByteBuffer rest = ByteBuffer.wrap(bytes, offset + again, length - again);
        FileChannel out = opened();
        while (rest.hasRemaining()) {
            out.write(rest);
        }
    }

    /** Puts the current file aside; what was written must have been accounted for before, and after it again. */
    synchronized void rotate() throws IOException {
        close();
        skip = 0;
        compressed = false;
        if (options.maxFiles() == 1) {
            Files.deleteIfExists(path);
        } else if (Files.exists(path)) {
            int last = options.maxFiles() - 1;
            // After a crash within a rotation one number is free already.
            int free = 1;
            while (free < last && aside(free) != null) {
                free++;
            }
            deleteAside(free);
            for (int number = free - 1; number >= 1; number--) {
                Path from = aside(number);
                if (from != null) {
                    boolean packed = from.toString().endsWith(GZ);
                    Files.move(from, numbered(number + 1, packed), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.move(path, numbered(1, false), StandardCopyOption.REPLACE_EXISTING);
        }
        size = 0;
        opened();
    }

    private void deleteAside(int number) throws IOException {
        Files.deleteIfExists(numbered(number, false));
        Files.deleteIfExists(numbered(number, true));
    }

    private Path numbered(int number, boolean packed) {
        return path.resolveSibling(path.getFileName() + "." + number + (packed ? GZ : ""));
    }

    private @Nullable Path aside(int number) {
        Path plain = numbered(number, false);
        if (Files.exists(plain)) {
            return plain;
        }
        Path packed = numbered(number, true);
        return Files.exists(packed) ? packed : null;
    }

    /** Whether there may be files to be compressed; asked once for each rotation, and for what an earlier life left. */
    boolean isToCompress() {
        boolean is = options.compress() && !compressed;
        compressed = true;
        return is;
    }

    /** Compresses the newest file put aside that is not yet; whether there was one. Rotations may go on meanwhile. */
    boolean compressOne() throws IOException {
        Path from = null;
        long number = 0;
        synchronized (this) {
            for (int i = 1; i < options.maxFiles() && from == null; i++) {
                Path candidate = numbered(i, false);
                if (Files.exists(candidate)) {
                    from = candidate;
                    number = FileStatus.of(candidate.toString()).inode();
                }
            }
        }
        if (from == null) {
            return false;
        }
        Path half = path.resolveSibling(path.getFileName() + HALF);
        Files.deleteIfExists(half);
        try {
            Gzip.compress(from, half);
        } catch (NoSuchFileException moved) {
            return true;
        }
        synchronized (this) {
            for (int i = 1; i < options.maxFiles(); i++) {
                Path now = numbered(i, false);
                if (Files.exists(now) && FileStatus.of(now.toString()).inode() == number) {
                    Files.move(half, numbered(i, true), StandardCopyOption.REPLACE_EXISTING);
                    Files.delete(now);
                    return true;
                }
            }
        }
        // Rotated away meanwhile.
        Files.deleteIfExists(half);
        return true;
    }

    /**
     * Opens all files, the oldest first.
     *
     * @param current bytes of the current one that count
     */
    synchronized List<SizedPlace> open(long current) throws IOException {
        List<SizedPlace> places = new ArrayList<>();
        try {
            for (int number = options.maxFiles() - 1; number >= 1; number--) {
                Path file = aside(number);
                if (file != null) {
                    places.add(file.toString().endsWith(GZ) ? Gzip.open(file) : new FilePlace(file, Long.MAX_VALUE));
                }
            }
            if (Files.exists(path)) {
                places.add(new FilePlace(path, current));
            }
            return places;
        } catch (IOException | RuntimeException e) {
            for (SizedPlace place : places) {
                place.close();
            }
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    /** Takes all files away. */
    synchronized void delete() throws IOException {
        close();
        Files.deleteIfExists(path);
        Files.deleteIfExists(path.resolveSibling(path.getFileName() + HALF));
        for (int number = 1; number < options.maxFiles(); number++) {
            deleteAside(number);
        }
    }
}
