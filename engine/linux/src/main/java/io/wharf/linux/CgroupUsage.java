package io.wharf.linux;

import java.util.List;
import java.util.Map;

/**
 * What a cgroup uses, in one form for v1 and v2. Times are nanoseconds, sizes bytes; -1 is no limit.
 *
 * @param memoryPeak 0 where the kernel does not keep it
 * @param memoryDetails lines of memory.stat under their own names
 * @param pidsLimit as set
 */
public record CgroupUsage(
        long cpuTotal,
        long cpuUser,
        long cpuSystem,
        List<Long> perProcessor,
        long periods,
        long throttledPeriods,
        long throttledTime,
        long memory,
        long memoryPeak,
        long memoryLimit,
        long memoryFailures,
        Map<String, Long> memoryDetails,
        long pids,
        long pidsLimit,
        List<BlockIo> blockIo) {

    /**
     * Bytes or operations of one kind on one device.
     *
     * @param operation {@code read} or {@code write}
     */
    public record BlockIo(long major, long minor, String operation, long bytes, long operations) {}

    public CgroupUsage {
        perProcessor = List.copyOf(perProcessor);
        memoryDetails = Map.copyOf(memoryDetails);
        blockIo = List.copyOf(blockIo);
    }

    /** Memory in use without the file cache that could be dropped at once: what {@code docker stats} shows. */
    public long memoryWithoutCache() {
        var inactive =
                memoryDetails.getOrDefault("total_inactive_file", memoryDetails.getOrDefault("inactive_file", 0L));
        return inactive < memory ? memory - inactive : memory;
    }
}
