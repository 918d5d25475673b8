package io.wharf.health;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Time that passes when a test says so, and the alarms set in it. */
final class FakeClock implements Schedule.Alarm {
    private static final long MILLI = 1_000_000;

    private final TreeMap<Long, List<Runnable>> alarms = new TreeMap<>();
    private final java.util.Map<Long, Runnable> byNumber = new java.util.HashMap<>();
    private long nanos = 1_234_567;
    private long last;
    int wakeups;

    long nanos() {
        return nanos;
    }

    int set() {
        return byNumber.size();
    }

    @Override
    public long set(long delayMillis, Runnable ring) {
        long number = last++;
        byNumber.put(number, ring);
        alarms.computeIfAbsent(nanos + delayMillis * MILLI, at -> new ArrayList<>())
                .add(() -> {
                    if (byNumber.remove(number) != null) {
                        wakeups++;
                        ring.run();
                    }
                });
        return number;
    }

    @Override
    public void cancel(long number) {
        byNumber.remove(number);
    }

    void pass(long millis) {
        long until = nanos + millis * MILLI;
        while (!alarms.isEmpty() && alarms.firstKey() <= until) {
            var due = alarms.pollFirstEntry();
            nanos = due.getKey();
            due.getValue().forEach(Runnable::run);
        }
        nanos = until;
    }
}
