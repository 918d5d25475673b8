package io.wharf.streams;

import io.vertx.core.Vertx;
import io.wharf.base.WharfException;
import io.wharf.contracts.Handle;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The hand-over table between rooms: one side offers a stream and sends its {@link Handle} over the bus, the other takes
 * it. A handle is taken once; unclaimed, it expires and what it stands for is closed. There is one table in a process.
 */
public final class HandleTable {
    private record Entry(Object value, Runnable unclaimed, long timer) {}

    private final Vertx vertx;
    private final long expiryMillis;
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, Entry> entries = new ConcurrentHashMap<>();

    public HandleTable(Vertx vertx, Duration expiry) {
        this.vertx = vertx;
        this.expiryMillis = expiry.toMillis();
    }

    /**
     * Offers a stream.
     *
     * @param unclaimed closes it when nobody takes it in time
     */
    public <T> Handle<T> offer(T value, Runnable unclaimed) {
        long id = last.incrementAndGet();
        long timer = vertx.setTimer(expiryMillis, fired -> expire(id));
        entries.put(id, new Entry(value, unclaimed, timer));
        return new Handle<>(id);
    }

    /** Takes what a handle stands for; whoever takes it closes it. */
    @SuppressWarnings("unchecked")
    public <T> T take(Handle<T> handle) {
        Entry entry = entries.remove(handle.id());
        if (entry == null) {
            throw WharfException.internal("stream " + handle.id() + " was taken before or has expired");
        }
        vertx.cancelTimer(entry.timer());
        return (T) entry.value();
    }

    /** How many handles wait to be taken. */
    public int waiting() {
        return entries.size();
    }

    private void expire(long id) {
        Entry entry = entries.remove(id);
        if (entry != null) {
            entry.unclaimed().run();
        }
    }
}
