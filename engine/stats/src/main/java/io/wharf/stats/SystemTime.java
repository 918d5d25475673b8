package io.wharf.stats;

import io.wharf.linux.KernelFile;
import org.jspecify.annotations.Nullable;

/**
 * Time of all processors of the host since boot, waiting included, in nanoseconds, and how many there are: the first lines
 * of /proc/stat. Read once for several containers that are read right after each other.
 */
final class SystemTime implements AutoCloseable {
    private static final long NANOS_PER_TICK = 10_000_000;
    /** USER_HZ is the grain of the figures: a reading as old as this is no other one. */
    private static final long FRESH_NANOS = 5_000_000;
    /** User to softirq: guest time is in user time already, and Docker leaves steal out. */
    private static final int COLUMNS = 7;

    private static final byte[] CPU = JsonBytes.ascii("cpu");

    private final @Nullable KernelFile file = KernelFile.open("/proc/stat").orElse(null);
    private long readNanos;
    private long total;
    private int processors;

    void read(KernelText text) {
        long now = System.nanoTime();
        if (processors > 0 && now - readNanos < FRESH_NANOS) {
            return;
        }
        readNanos = now;
        if (file != null && text.read(file)) {
            parse(text);
        }
    }

    void parse(KernelText text) {
        processors = 0;
        for (; text.accept(CPU); text.nextLine()) {
            if (text.isDigit()) {
                processors++;
                continue;
            }
            long ticks = 0;
            for (int i = 0; i < COLUMNS; i++) {
                ticks += text.number();
            }
            total = ticks * NANOS_PER_TICK;
        }
    }

    void write(JsonBytes json) {
        json.raw(",\"system_cpu_usage\":")
                .number(total)
                .raw(",\"online_cpus\":")
                .number(processors);
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
