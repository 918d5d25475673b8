package io.wharf.logs;

import io.wharf.base.Layout;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.linux.Pools;
import io.wharf.streams.PulledBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one container while it is written or read: its spool, the feeds that take from it, and who reads. Safe for
 * all threads.
 */
final class ContainerLog {
    /** What a slow reader of {@code logs -f} may leave behind in the spool. */
    private static final long PATIENCE = 256L << 20;

    /** What an attached client may, who is then cut off: nothing of what it sees may be missing in the middle. */
    static final long ATTACHED_PATIENCE = 1L << 30;

    /** So long a removal waits for the destination to take the last lines. */
    private static final long DRAIN_MILLIS = 5_000;

    private static final long SAME_NANOS = 15_000_000_000L;

    private static final String LOCAL_FOLDER = "local-logs";
    private static final String LOCAL_FILE = "container.log";
    private static final String CACHE_FILE = "container-cached.log";
    private static final String POSITION = "log.position";
    private static final String REMOTE_POSITION = "remote.position";

    private static final Logger LOG = LoggerFactory.getLogger(ContainerLog.class);

    private final LogSource source;
    private final Path folder;
    private final byte[] attributes;
    private final Spool spool;
    private final Feed feed;
    private final FeedTask task;
    private final @Nullable RemoteTask remote;
    private final LogWatches watches;
    private final Pump pump;
    private final Set<LogReader> readers = new HashSet<>();
    private long ends;
    private long toldIncompleteNanos;

    private ContainerLog(
            LogSource source,
            Path folder,
            Spool spool,
            Feed feed,
            @Nullable LogDriverKind kind,
            Map<String, String> attributes,
            Pump pump)
            throws IOException {
        this.source = source;
        this.folder = folder;
        this.spool = spool;
        this.feed = feed;
        this.attributes = LogAttributes.forClients(attributes);
        this.watches = pump.watches();
        this.task = new FeedTask(pump, this, feed);
        this.pump = pump;
        Path delivered = folder.resolve(REMOTE_POSITION);
        this.remote = kind == null
                ? null
                : new RemoteTask(
                        this,
                        delivered,
                        spool,
                        FeedPosition.read(delivered),
                        kind,
                        source,
                        lines -> pump.gaveUp(source.id(), source.name(), lines));
    }

    /** Finds out how far the log of a container has come; on a thread that may block. */
    static ContainerLog load(LogSource source, String driver, Layout layout, Pump pump) throws IOException {
        Path folder = layout.container(source.id());
        Path saved = folder.resolve(POSITION);
        FeedPosition position = FeedPosition.read(saved);
        FeedPosition delivered = FeedPosition.read(folder.resolve(REMOTE_POSITION));
        Spool spool = Spool.load(folder, position, delivered);
        if (spool.isEmpty() && position.base() != spool.base()) {
            position = position.withBase(spool.base());
            position.write(saved);
        }
        Map<String, String> attributes = LogAttributes.of(source);
        Feed feed = switch (driver) {
            case LogDrivers.JSON_FILE ->
                new JsonFeed(
                        saved,
                        spool,
                        position,
                        new LogFile(layout.jsonLog(source.id()), FileOptions.json(source.options())),
                        attributes);
            case LogDrivers.LOCAL ->
                new LocalFeed(
                        saved,
                        spool,
                        position,
                        new LogFile(
                                folder.resolve(LOCAL_FOLDER).resolve(LOCAL_FILE), FileOptions.local(source.options())));
            case LogDrivers.NONE -> new NoFeed(saved, spool, position);
            default ->
                CommonOptions.isCached(source.options())
                        ? new LocalFeed(
                                saved,
                                spool,
                                position,
                                new LogFile(
                                        folder.resolve(CACHE_FILE),
                                        FileOptions.local(CommonOptions.cache(source.options()))))
                        : new NoFeed(saved, spool, position);
        };
        return new ContainerLog(source, folder, spool, feed, LogDrivers.remote(driver), attributes, pump);
    }

    String id() {
        return source.id();
    }

    Spool spool() {
        return spool;
    }

    byte[] attributes() {
        return attributes;
    }

    /** A monitor writes from now on. */
    void begin(Path control) throws IOException {
        spool.begin(control);
        if (feed instanceof FileFeed files) {
            files.file().create();
        }
        task.begin();
        if (remote != null) {
            remote.go();
        }
    }

    /** The run is over and all is written. */
    void ended() throws IOException {
        spool.finish();
        long end = spool.end();
        List<LogReader> following;
        synchronized (readers) {
            ends++;
            following = List.copyOf(readers);
        }
        following.forEach(reader -> reader.finish(end));
        task.ended();
        if (remote != null) {
            remote.go();
        }
    }

    /** Whether nobody needs it any more: all is delivered, nobody writes, nobody reads. */
    boolean isIdle() {
        synchronized (readers) {
            return readers.isEmpty() && !spool.isLive() && task.isDone() && (remote == null || remote.isDone());
        }
    }

    /** Refuses where nothing is kept that could be read. */
    void refuseUnreadable() {
        if (!(feed instanceof FileFeed)) {
            throw WharfException.notImplemented("configured logging driver does not support reading");
        }
    }

    /** What there is now; who takes it closes it. */
    View view(LogQuery query) throws IOException {
        long patience = query.unbroken() ? ATTACHED_PATIENCE : PATIENCE;
        SpoolCursor cursor = new SpoolCursor(spool, 0, query.follow() ? patience : Long.MAX_VALUE);
        try {
            long end = spool.end();
            if (!query.follow()) {
                cursor.limit(end);
            }
            if (feed instanceof FileFeed files) {
                FileFeed.Opened opened = files.open();
                FeedPosition now = opened.position();
                cursor.moveTo(now.least());
                // What was taken since then is not in the files that were opened, but the spool may be further.
                return new View(
                        opened.places(),
                        files.isJson(),
                        cursor,
                        now.out(),
                        now.err(),
                        Math.max(end, Math.max(now.out(), now.err())));
            }
            long start = spool.start();
            cursor.moveTo(start);
            return new View(List.of(), false, cursor, start, start, Math.max(start, end));
        } catch (IOException | RuntimeException e) {
            cursor.close();
            throw e;
        }
    }

    /** The output from this moment on. */
    View viewFromNow() throws IOException {
        return viewFromNow(ATTACHED_PATIENCE);
    }

    /**
     * The same.
     *
     * @param patience how many bytes are kept for a client that does not read
     */
    View viewFromNow(long patience) throws IOException {
        long end = spool.end();
        return new View(List.of(), false, new SpoolCursor(spool, end, patience), end, end, end);
    }

    /** How many runs have ended. */
    long ends() {
        synchronized (readers) {
            return ends;
        }
    }

    /**
     * Has a reader begin; one that follows ends with the run under way, or with the next one.
     *
     * @param endsSeen when it was decided to follow
     */
    LogReader read(Pools pools, LogQuery query, @Nullable View view, long endsSeen) throws IOException {
        LogReader reader = new LogReader(this, query, view);
        boolean over;
        synchronized (readers) {
            readers.add(reader);
            over = ends != endsSeen;
        }
        if (over) {
            reader.finish(spool.end());
        }
        reader.begin(PulledBytes.of(pools, reader));
        return reader;
    }

    /** A client was cut off, for what it should have read is gone. */
    void cutOff(long bytes) {
        LOG.warn("a client attached to {} has not read for too long and is cut off: {} bytes are gone", id(), bytes);
        pump.cutOff(source.id(), source.name(), bytes);
    }

    /** It could not be written for a while, and what was said then may be lost: the monitor writes to the same disk. */
    void incomplete(long sinceNanos, String why) {
        long now = Times.nowNanos();
        synchronized (readers) {
            // Both the driver and the watch over the disk may have noticed the same.
            if (now - toldIncompleteNanos < SAME_NANOS) {
                return;
            }
            toldIncompleteNanos = now;
        }
        LOG.warn(
                "the log of {} is written again; it may lack what was said since {}",
                id(),
                Times.rfc3339Nano(sinceNanos));
        pump.incomplete(source.id(), source.name(), sinceNanos, why);
    }

    void gone(LogReader reader, Runnable wake) {
        watches.forget(wake);
        synchronized (readers) {
            readers.remove(reader);
        }
        wentIdle();
    }

    /** Something has come to its end here: perhaps all has. */
    void wentIdle() {
        pump.idle(this);
    }

    /** Has an action run once when the spool changes. */
    void watch(Runnable changed) {
        Path growing = spool.growing();
        if (growing == null) {
            return;
        }
        if (!watches.once(growing, changed)) {
            // Renamed in between.
            changed.run();
        }
    }

    /** Compresses files that were put aside, on the thread for that. */
    void compress() throws IOException {
        if (feed instanceof FileFeed files) {
            boolean more = true;
            while (more) {
                more = files.file().compressOne();
            }
        }
    }

    /** Has deliveries end soon: {@link #close} is about to come. */
    void hurry() {
        if (remote != null) {
            remote.hurry();
        }
    }

    /** Ends everybody's reading, keeps what there is. */
    void close() {
        List<LogReader> all;
        synchronized (readers) {
            all = new ArrayList<>(readers);
        }
        all.forEach(LogReader::stop);
        closeFeeds();
    }

    private void closeFeeds() {
        if (remote != null) {
            remote.close();
        }
        task.close();
    }

    /** Takes all files away; who reads reads on to the end. */
    void delete() throws IOException {
        // No run will come that those who wait for one could see the end of.
        long end = spool.end();
        List<LogReader> waiting;
        synchronized (readers) {
            waiting = List.copyOf(readers);
        }
        waiting.forEach(reader -> reader.finishUnlessToldBefore(end));
        if (remote != null) {
            remote.drain(DRAIN_MILLIS);
        }
        closeFeeds();
        if (remote != null) {
            remote.delete();
        }
        feed.delete();
        spool.delete();
        Files.deleteIfExists(folder.resolve(LOCAL_FOLDER));
    }
}
