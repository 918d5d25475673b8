package io.wharf.logs;

import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a container's monitor has written and nobody has dropped yet: one stream of bytes in several files.
 *
 * <p>A place in it is counted from the first byte that the container ever said. The monitor writes {@code spool.log}; at a
 * size that file is renamed to {@code spool.log.PLACE} and the monitor told to open its log anew. It goes on writing to
 * the renamed one until it does, so a file is complete when the next one exists. Safe for all threads.
 */
final class Spool {
    /** Size at which the monitor begins another file; up to so much is on disk twice. */
    static final long ROTATE_BYTES = 8 << 20;

    static final String NAME = "spool.log";

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final byte[] REOPEN = "2 0 0\n".getBytes(StandardCharsets.US_ASCII);
    /** The monitor mistakes a second message in one read for the first, so one may be lost, but hardly ever is. */
    private static final long ASK_AGAIN_NANOS = 2_000_000_000L;

    private final Path current;
    private final List<Segment> segments = new ArrayList<>();
    private final Set<SpoolCursor> cursors = new HashSet<>();
    private final Set<Runnable> waiting = new HashSet<>();
    private @Nullable Path control;
    private boolean reopening;
    private boolean deleted;
    private boolean expected;
    private long askedNanos;
    /** Where a file begins that there is not yet. */
    private long next;

    private volatile long readNanos = System.nanoTime() - ASK_AGAIN_NANOS;

    private Spool(Path folder) {
        current = folder.resolve(NAME);
    }

    /**
     * What is there.
     *
     * @param base where {@code spool.log} begins, as far as no older file tells
     */
    static Spool load(Path folder, long base) throws IOException {
        Spool spool = new Spool(folder);
        spool.find(folder, base);
        return spool;
    }

    /** What is there, after what drivers have saved. */
    static Spool load(Path folder, FeedPosition one, FeedPosition other) throws IOException {
        Spool spool = load(folder, Math.max(one.base(), other.base()));
        if (spool.segments.isEmpty()) {
            // Deleted after it was consumed; a crash may have come before that was written down as the next one's base.
            spool.next = Math.max(spool.next, Math.max(one.furthest(), other.furthest()));
        }
        return spool;
    }

    /** Whether an earlier life has left anything. */
    static boolean isLeft(Path folder) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, NAME + "*")) {
            return found.iterator().hasNext();
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    private void find(Path folder, long base) throws IOException {
        next = base;
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, NAME + ".*")) {
            for (Path file : found) {
                String place = file.getFileName().toString().substring(NAME.length() + 1);
                if (place.matches("\\d{1,19}")) {
                    segments.add(new Segment(Long.parseLong(place), file));
                }
            }
        } catch (NoSuchFileException none) {
            return;
        }
        segments.sort(Comparator.comparingLong(segment -> segment.start));
        for (Segment segment : segments) {
            segment.complete(Files.size(segment.path()));
            next = segment.end();
        }
        if (Files.exists(current)) {
            Segment last = new Segment(next, current);
            last.complete(Files.size(current));
            segments.add(last);
            next = last.end();
        }
    }

    /** A monitor is about to open the current file: what is consumed of it stays, for the file must not be taken away. */
    synchronized void expect() {
        expected = true;
    }

    /** A monitor writes from now on. */
    synchronized void begin(Path fifo) throws IOException {
        control = fifo;
        expected = false;
        reopening = false;
        if (Files.exists(current)) {
            if (segments.isEmpty() || !segments.getLast().path().equals(current)) {
                segments.add(new Segment(next, current));
            }
        } else if (segments.isEmpty()) {
            segments.add(new Segment(next, current));
        } else {
            // Renamed by an engine that did not live to see the new one.
            reopening = true;
            askedNanos = System.nanoTime();
        }
        segments.getLast().grows();
        wakeAll();
    }

    /** The monitor has ended: what is there is all. A record that it did not finish is ended here. */
    synchronized void finish() throws IOException {
        expected = false;
        if (control == null && !segments.isEmpty() && segments.getLast().isComplete()) {
            return;
        }
        if (reopening && Files.exists(current)) {
            reopened();
        }
        control = null;
        reopening = false;
        if (!segments.isEmpty()) {
            Segment last = segments.getLast();
            endTornRecord(last.path());
            last.complete(last.size());
            next = last.end();
        }
        wakeAll();
    }

    private static void endTornRecord(Path file) throws IOException {
        try (FileChannel log = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = log.size();
            ByteBuffer last = ByteBuffer.allocate(1);
            if (size > 0 && log.read(last, size - 1) == 1 && last.get(0) != '\n') {
                log.write(ByteBuffer.wrap(new byte[] {'\n'}), size);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("a run wrote nothing: {}", file);
        }
    }

    synchronized boolean isLive() {
        return control != null || expected;
    }

    /** Begins another file where the current one is large enough; looks whether the monitor has done so. */
    synchronized void rotate() throws IOException {
        if (control == null || segments.isEmpty()) {
            return;
        }
        Segment last = segments.getLast();
        if (reopening) {
            if (Files.exists(current)) {
                reopened();
            } else if (System.nanoTime() - askedNanos > ASK_AGAIN_NANOS) {
                ask(control);
            }
        } else if (last.size() >= ROTATE_BYTES) {
            Path aside = current.resolveSibling(NAME + "." + last.start);
            Files.move(current, aside);
            last.movedTo(aside);
            reopening = true;
            ask(control);
        }
    }

    synchronized boolean isReopening() {
        return reopening;
    }

    private void reopened() throws IOException {
        Segment before = segments.getLast();
        before.complete(before.size());
        segments.add(new Segment(before.end(), current));
        reopening = false;
        wakeAll();
    }

    private void ask(Path fifo) {
        askedNanos = System.nanoTime();
        try (Fd opened = Entries.open(fifo.toString(), OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK, 0)) {
            opened.writeAll(REOPEN);
        } catch (LinuxException e) {
            // The monitor has ended or is about to.
            if (!e.is(Errno.ENXIO, Errno.ENOENT, Errno.EPIPE)) {
                LOG.warn("the monitor cannot be told to open its log anew: {}", e.getMessage());
            }
        }
    }

    /** Where the current file begins. */
    synchronized long base() {
        return segments.isEmpty() ? next : segments.getLast().start;
    }

    /** Where the oldest byte that is still there stands. */
    synchronized long start() {
        return segments.isEmpty() ? next : segments.getFirst().start;
    }

    /** The first place at or behind another one whose byte is still there; that one itself where there is none yet. */
    synchronized long startFrom(long place) throws IOException {
        for (Segment segment : segments) {
            if (place < segment.end()) {
                return Math.max(place, segment.start);
            }
        }
        // Not the end, which moves.
        return place;
    }

    /** Where the next byte will stand. */
    synchronized long end() throws IOException {
        return segments.isEmpty() ? next : segments.getLast().end();
    }

    /** Deletes files that lie before a place, but for those that somebody is still to read. */
    synchronized void drop(long before) throws IOException {
        for (int i = 0; i < segments.size(); ) {
            Segment segment = segments.get(i);
            boolean old = segment.isComplete() && segment.end() <= before && (i < segments.size() - 1 || !isLive());
            if (!old || isWanted(segment)) {
                i++;
                continue;
            }
            next = Math.max(next, segment.end());
            segments.remove(i);
            Files.deleteIfExists(segment.path());
        }
    }

    private boolean isWanted(Segment segment) throws IOException {
        long end = segment.end();
        long last = segments.getLast().end();
        for (SpoolCursor cursor : cursors) {
            if (cursor.wants(segment.start, end, last)) {
                return true;
            }
        }
        return false;
    }

    synchronized boolean isEmpty() {
        return segments.isEmpty();
    }

    synchronized boolean isRead() {
        return !cursors.isEmpty();
    }

    /** The file that grows now, to be watched. */
    synchronized @Nullable Path growing() {
        return control == null || segments.isEmpty() ? null : segments.getLast().path();
    }

    synchronized void add(SpoolCursor cursor) {
        cursors.add(cursor);
    }

    synchronized void remove(SpoolCursor cursor) {
        cursors.remove(cursor);
        if (deleted && cursors.isEmpty()) {
            segments.forEach(this::release);
            segments.clear();
        }
    }

    /** A client is being served. */
    void wasRead() {
        readNanos = System.nanoTime();
    }

    long sinceRead() {
        return System.nanoTime() - readNanos;
    }

    /** Has an action run whenever a file is begun or ended. */
    synchronized void onTurn(Runnable action) {
        waiting.add(action);
    }

    synchronized void forget(Runnable action) {
        waiting.remove(action);
    }

    private void wakeAll() {
        List.copyOf(waiting).forEach(Runnable::run);
    }

    /** The file that holds a place, opened; the first one after it where that is gone; null where nothing is there. */
    synchronized @Nullable Segment acquire(long position) throws IOException {
        for (Segment segment : segments) {
            if (position < segment.start || !segment.isComplete() || position < segment.end()) {
                if (!deleted && !Files.exists(segment.path())) {
                    return null;
                }
                segment.open();
                return segment;
            }
        }
        return null;
    }

    synchronized void release(Segment segment) {
        try {
            segment.close();
        } catch (IOException e) {
            LOG.warn("closing a spool: {}", e.toString());
        }
    }

    /** Takes the files away; who reads holds them open and reads on to the end. */
    synchronized void delete() throws IOException {
        deleted = !cursors.isEmpty();
        for (Segment segment : segments) {
            if (deleted && Files.exists(segment.path())) {
                segment.open();
            }
            Files.deleteIfExists(segment.path());
        }
    }
}
