package io.wharf.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One file of the spool, open while somebody reads it. Guarded by its {@link Spool}, but for reads. */
final class Segment {
    /** Where it begins in the whole of what the container has said. */
    final long start;

    private Path path;
    /** Bytes; -1 while the monitor may still write. */
    private volatile long size = -1;

    private volatile @Nullable FileChannel channel;
    private int users;

    Segment(long start, Path path) {
        this.start = start;
        this.path = path;
    }

    Path path() {
        return path;
    }

    void movedTo(Path now) {
        path = now;
    }

    /** Nothing is written to it any more. */
    void complete(long bytes) {
        size = bytes;
    }

    void grows() {
        size = -1;
    }

    boolean isComplete() {
        return size >= 0;
    }

    long size() throws IOException {
        long known = size;
        return known >= 0 ? known : Files.exists(path) ? Files.size(path) : 0;
    }

    long end() throws IOException {
        return start + size();
    }

    void open() throws IOException {
        if (users == 0) {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        }
        users++;
    }

    void close() throws IOException {
        users = Math.max(0, users - 1);
        FileChannel open = channel;
        if (users == 0 && open != null) {
            channel = null;
            open.close();
        }
    }

    /** Reads at a place of the whole; -1 at the end of this file. */
    int read(ByteBuffer into, long position) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            throw new IOException("read before it was opened: " + path);
        }
        return open.read(into, position - start);
    }
}
