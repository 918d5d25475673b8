package io.wharf.logs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.LoggerFactory;

/** A feed whose destination are files here that can be read back. */
abstract class FileFeed extends Feed {
    private final LogFile file;

    FileFeed(Path saved, Spool spool, FeedPosition position, LogFile file) {
        super(saved, spool, position);
        this.file = file;
        file.resume(position.inode(), position.size());
    }

    @Override
    void resume(FeedPosition position) {
        try {
            file.close();
        } catch (IOException e) {
            LoggerFactory.getLogger(FileFeed.class).warn("closing a log", e);
        }
        file.resume(position.inode(), position.size());
    }

    /** Begins the next file. Accounted for before and after, so that a crash in between is seen by the file's number. */
    final void turnOver() throws IOException {
        publish();
        synchronized (file) {
            file.rotate();
            publish();
        }
    }

    /** Files that can be read, the oldest first, and the position that belongs to them. */
    final Opened open() throws IOException {
        synchronized (file) {
            FeedPosition now = position();
            return new Opened(file.open(now.size()), now);
        }
    }

    /** Who takes it closes the places. */
    record Opened(List<SizedPlace> places, FeedPosition position) {}

    final LogFile file() {
        return file;
    }

    @Override
    final long reach() {
        // A file's bytes are at least those of the spool without the records' heads; where lines are short, fewer.
        return file.capacity();
    }

    @Override
    final boolean isToCompress() {
        return file.isToCompress();
    }

    /** Whether the files hold JSON, and not records as the monitor writes them. */
    abstract boolean isJson();

    @Override
    public void close() throws IOException {
        super.close();
        file.close();
    }

    @Override
    void delete() throws IOException {
        file.delete();
        super.delete();
    }
}
