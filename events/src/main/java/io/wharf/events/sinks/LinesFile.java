package io.wharf.events.sinks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The file itself: whole lines or none, each number once.
 *
 * <p>Every call may wait for the disk. What a failed write left behind is cut off again, and so is half a line that a crash
 * left; a number that the file has is not written again.
 */
final class LinesFile {
    private final Path path;
    private final long maxSize;
    private final int maxFiles;
    private final ReentrantLock turn = new ReentrantLock();

    private @Nullable FileChannel channel;
    private @Nullable Object key;
    /** The last number that is in this file. */
    private long lastSeq;

    private volatile boolean stale;

    /** An event's number, and its line with the end. */
    @SuppressWarnings("ArrayRecordComponent")
    record Line(long seq, byte[] bytes) {}

    LinesFile(Path path, long maxSize, int maxFiles) {
        this.path = path;
        this.maxSize = maxSize;
        this.maxFiles = maxFiles;
    }

    /** Opens and mends it; answers its last number, if that is not beyond the newest that there can be, or else 0. */
    long open(long newest) throws IOException {
        turn.lock();
        try {
            shut();
            FileChannel opened = opened();
            try {
                long found = LineTail.mend(opened, path);
                lastSeq = found <= newest ? found : 0;
                key = fileKey();
            } catch (IOException | RuntimeException e) {
                opened.close();
                throw e;
            }
            channel = opened;
            stale = false;
            return lastSeq;
        } finally {
            turn.unlock();
        }
    }

    /** Have the file opened anew before the next write, wherever the name then leads. */
    void turnSoon() {
        stale = true;
    }

    /** Whether the next lines go into another file: asked to, or the file was moved, or is full. */
    boolean turns() throws IOException {
        turn.lock();
        try {
            return stale || !Objects.equals(key, fileKey()) || full();
        } finally {
            turn.unlock();
        }
    }

    /** Appends the lines that are not there yet, all or none. */
    void write(List<Line> lines) throws IOException {
        turn.lock();
        try {
            FileChannel into = current(lines.getLast().seq());
            ByteBuffer bytes = joined(lines);
            long length = into.size();
            try {
                while (bytes.hasRemaining()) {
                    into.write(bytes);
                }
                lastSeq = Math.max(lastSeq, lines.getLast().seq());
            } catch (IOException e) {
                takeBack(into, length, e);
                throw e;
            }
        } finally {
            turn.unlock();
        }
    }

    void sync() throws IOException {
        FileChannel open = channel;
        // Without the turn: lines may go on being written while the disk works.
        if (open != null && open.isOpen()) {
            open.force(false);
        }
    }

    void close() throws IOException {
        turn.lock();
        try {
            shut();
        } finally {
            turn.unlock();
        }
    }

    private FileChannel current(long newest) throws IOException {
        if (!stale && Objects.equals(key, fileKey()) && full()) {
            rotate();
            stale = true;
        }
        if (stale || channel == null || !Objects.equals(key, fileKey())) {
            open(newest);
        }
        return Objects.requireNonNull(channel);
    }

    private boolean full() throws IOException {
        FileChannel open = channel;
        return maxSize > 0 && open != null && open.size() >= maxSize;
    }

    /** The newest of the older files is {@code .1}. */
    private void rotate() throws IOException {
        shut();
        if (maxFiles == 1) {
            Files.deleteIfExists(path);
        }
        for (int number = maxFiles - 1; number >= 1; number--) {
            Path from = number == 1 ? path : numbered(number - 1);
            if (Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(from, numbered(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    private FileChannel opened() throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IOException(path + " is no regular file");
        }
        boolean made = !Files.exists(path);
        // Not TRUNCATE and not at an offset: one who empties the file meanwhile must not find a hole in it.
        FileChannel opened = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        Path folder = path.getParent();
        if (made && folder != null) {
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            } catch (IOException e) {
                opened.close();
                throw e;
            }
        }
        return opened;
    }

    private @Nullable Object fileKey() throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private ByteBuffer joined(List<Line> lines) {
        int size = 0;
        for (Line line : lines) {
            size += line.seq() > lastSeq ? line.bytes().length : 0;
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        for (Line line : lines) {
            if (line.seq() > lastSeq) {
                bytes.put(line.bytes());
            }
        }
        return bytes.flip();
    }

    /** Where even that fails, the file is opened anew before the next attempt, and mended by that. */
    private void takeBack(FileChannel into, long length, IOException reason) {
        try {
            into.truncate(length);
        } catch (IOException e) {
            reason.addSuppressed(e);
            stale = true;
        }
    }

    private void shut() throws IOException {
        FileChannel open = channel;
        channel = null;
        key = null;
        if (open != null) {
            open.close();
        }
    }
}
