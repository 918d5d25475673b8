package io.wharf.health;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All waits of this room on one alarm: what is due within the same {@value #TICK_MILLIS} ms happens together, so a
 * hundred probes a second wake the engine at most twenty times. Nothing is set while nothing waits. Confined to one context.
 */
final class Schedule {
    static final long TICK_MILLIS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(Schedule.class);
    private static final long TICK_NANOS = TICK_MILLIS * 1_000_000;
    /** An alarm for something further away rings in vain once an hour. */
    private static final long LONGEST_TICKS = 3_600_000 / TICK_MILLIS;

    /** The one timer. */
    interface Alarm {
        /** Sets it and answers its number. */
        long set(long delayMillis, Runnable ring);

        void cancel(long number);
    }

    /** Something that waits. */
    static final class Entry {
        private final long tick;
        private final Runnable action;
        private boolean cancelled;

        private Entry(long tick, Runnable action) {
            this.tick = tick;
            this.action = action;
        }
    }

    private final LongSupplier nanos;
    private final Alarm alarm;
    private final TreeMap<Long, Set<Entry>> waiting = new TreeMap<>();
    private long set = -1;
    private long setFor;

    /**
     * An empty schedule.
     *
     * @param nanos a clock that never goes back
     */
    Schedule(LongSupplier nanos, Alarm alarm) {
        this.nanos = nanos;
        this.alarm = alarm;
    }

    /** Runs an action after so many nanoseconds, and at most a tick later. */
    Entry after(long delayNanos, Runnable action) {
        long due = saturated(nanos.getAsLong(), Math.max(0, delayNanos));
        Entry entry = new Entry(Math.ceilDiv(due, TICK_NANOS), action);
        waiting.computeIfAbsent(entry.tick, tick -> new LinkedHashSet<>()).add(entry);
        arm();
        return entry;
    }

    private static long saturated(long now, long delay) {
        long sum = now + delay;
        return sum < now ? Long.MAX_VALUE : sum;
    }

    /** Nothing where it has happened already. */
    void cancel(Entry entry) {
        entry.cancelled = true;
        Set<Entry> slot = waiting.get(entry.tick);
        if (slot != null && slot.remove(entry) && slot.isEmpty()) {
            waiting.remove(entry.tick);
            arm();
        }
    }

    int size() {
        return waiting.values().stream().mapToInt(Set::size).sum();
    }

    private void arm() {
        long first = waiting.isEmpty() ? Long.MAX_VALUE : waiting.firstKey();
        if (set >= 0 && first == setFor) {
            return;
        }
        // A later alarm is left to ring in vain when everything was cancelled: cheaper than to set it anew each time.
        if (set >= 0 && first < Long.MAX_VALUE && first > setFor) {
            return;
        }
        if (set >= 0) {
            alarm.cancel(set);
            set = -1;
        }
        if (first < Long.MAX_VALUE) {
            setFor = first;
            long ticks = Math.min(first - Math.floorDiv(nanos.getAsLong(), TICK_NANOS), LONGEST_TICKS);
            long delay = ticks * TICK_NANOS - Math.floorMod(nanos.getAsLong(), TICK_NANOS);
            set = alarm.set(Math.max(1, Math.ceilDiv(delay, 1_000_000L)), this::ring);
        }
    }

    private void ring() {
        set = -1;
        long now = Math.floorDiv(nanos.getAsLong(), TICK_NANOS);
        List<Entry> due = new ArrayList<>();
        Map<Long, Set<Entry>> past = waiting.headMap(now, true);
        past.values().forEach(due::addAll);
        past.clear();
        arm();
        // What one of them cancels of the others must not happen any more.
        for (Entry entry : due) {
            if (!entry.cancelled) {
                try {
                    entry.action.run();
                } catch (RuntimeException e) {
                    // One that fails must not take the others with it: nobody would ring for them again.
                    LOG.error("something that was due has failed", e);
                }
            }
        }
    }
}
