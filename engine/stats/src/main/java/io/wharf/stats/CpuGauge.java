package io.wharf.stats;

import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.KernelFile;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Processor time, in nanoseconds: the controllers cpu and cpuacct, or cpu of the second version. */
final class CpuGauge implements Gauge {
    private static final long MICRO = 1000;
    /** USER_HZ is 100 on every architecture that is served. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private final CgroupFolder cpu;
    private final CgroupFolder account;
    private final @Nullable KernelFile throttling;
    private final @Nullable KernelFile total;
    private final @Nullable KernelFile modes;
    private final @Nullable KernelFile processors;
    private final NamedNumbers cpuStat;
    private final NamedNumbers ticks = new NamedNumbers(List.of("user", "system"));
    private final boolean unified;

    private long totalNanos;
    private long kernelNanos;
    private long userNanos;
    private long[] perProcessor = new long[0];
    private int processorCount;

    CpuGauge(CgroupHierarchies hierarchies, String cgroup) {
        cpu = CgroupFolder.of(hierarchies, "cpu", cgroup);
        account = CgroupFolder.of(hierarchies, "cpuacct", cgroup);
        // A host may have the one on v2 and no other: usage is then in cpu.stat.
        unified = cpu.unified() && !account.exists();
        throttling = cpu.file("cpu.stat");
        total = account.file("cpuacct.usage");
        modes = account.file("cpuacct.stat");
        processors = account.file("cpuacct.usage_percpu");
        cpuStat = new NamedNumbers(
                cpu.unified()
                        ? List.of(
                                "nr_periods",
                                "nr_throttled",
                                "throttled_usec",
                                "usage_usec",
                                "user_usec",
                                "system_usec")
                        : List.of("nr_periods", "nr_throttled", "throttled_time"));
    }

    @Override
    public boolean read(KernelText text) {
        boolean there = CgroupFolder.table(throttling, text, cpuStat);
        if (unified) {
            totalNanos = cpuStat.value(3) * MICRO;
            userNanos = cpuStat.value(4) * MICRO;
            kernelNanos = cpuStat.value(5) * MICRO;
            return there;
        }
        there &= CgroupFolder.table(modes, text, ticks);
        userNanos = ticks.value(0) * NANOS_PER_TICK;
        kernelNanos = ticks.value(1) * NANOS_PER_TICK;
        totalNanos = CgroupFolder.number(total, text);
        processorCount = 0;
        if (processors != null && text.read(processors)) {
            for (text.blanks(); text.isDigit(); text.blanks()) {
                if (processorCount == perProcessor.length) {
                    perProcessor = Arrays.copyOf(perProcessor, processorCount * 2 + 8);
                }
                perProcessor[processorCount++] = text.number();
            }
        }
        return there;
    }

    @Override
    public void write(JsonBytes json) {
        json.raw("{\"total_usage\":").number(totalNanos);
        if (processorCount > 0) {
            json.raw(",\"percpu_usage\":[");
            for (int i = 0; i < processorCount; i++) {
                json.raw(i == 0 ? "" : ",").number(perProcessor[i]);
            }
            json.raw(']');
        }
        json.raw(",\"usage_in_kernelmode\":").number(kernelNanos);
        json.raw(",\"usage_in_usermode\":").number(userNanos).raw('}');
    }

    void writeThrottling(JsonBytes json) {
        json.raw("{\"periods\":").number(cpuStat.value(0));
        json.raw(",\"throttled_periods\":").number(cpuStat.value(1));
        json.raw(",\"throttled_time\":")
                .number(cpuStat.value(2) * (cpu.unified() ? MICRO : 1))
                .raw('}');
    }

    @Override
    public void close() {
        cpu.close();
        account.close();
    }
}
