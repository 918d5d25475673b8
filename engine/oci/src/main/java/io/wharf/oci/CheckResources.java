package io.wharf.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import java.util.BitSet;
import java.util.List;

/**
 * Holds the limits of a request against reason and against this host, in Docker's words: what makes no sense is refused,
 * what the host lacks is discarded with a warning.
 */
final class CheckResources {
    /** PID_MAX_LIMIT of 64-bit kernels, and so the highest that their pids.max takes. */
    private static final long MOST_PIDS = 1 << 22;

    private static final long LEAST_MEMORY = 6 << 20;
    private static final String MOUNTED = " or the cgroup is not mounted. ";

    private final HostConfig host;
    private final HostFacts facts;
    private final ObjectNode result;
    private final List<String> warnings;
    private final boolean update;

    /**
     * Prepares a check.
     *
     * @param result the host configuration as a tree, from which values are discarded
     */
    CheckResources(HostConfig host, HostFacts facts, ObjectNode result, List<String> warnings) {
        this(host, facts, result, warnings, false);
    }

    /** Prepares the check of limits that come on top of those that a container has. */
    CheckResources(HostConfig host, HostFacts facts, ObjectNode result, List<String> warnings, boolean update) {
        this.host = host;
        this.facts = facts;
        this.result = result;
        this.warnings = warnings;
        this.update = update;
    }

    void check() {
        checkMemory();
        checkSwap();
        checkPids();
        checkCpu();
        checkCpuSets();
        checkBlockIo();
    }

    private void checkMemory() {
        long memory = host.memory();
        long reservation = host.memoryReservation();
        if (memory != 0 && memory < LEAST_MEMORY) {
            throw WharfException.invalid("Minimum memory limit allowed is 6MB");
        }
        if (memory > 0 && !facts.controllers().contains("memory")) {
            warn("memory limit capabilities" + MOUNTED + "Limitation discarded.");
            result.put("Memory", 0).put("MemorySwap", -1);
        }
        if (reservation > 0 && lacks("memory.soft_limit_in_bytes", "memory")) {
            warn("memory soft limit capabilities" + MOUNTED + "Limitation discarded.");
            result.put("MemoryReservation", 0);
        } else if (reservation != 0 && reservation < LEAST_MEMORY) {
            throw WharfException.invalid("Minimum memory reservation allowed is 6MB");
        }
        if (memory > 0 && reservation > 0 && memory < reservation) {
            throw WharfException.invalid(
                    "Minimum memory limit can not be less than memory reservation limit, see usage");
        }
        if (host.kernelMemory() != 0) {
            warnings.add("Specifying a kernel memory limit is deprecated and not supported. Limitation discarded.");
            result.put("KernelMemory", 0);
        }
        if (host.kernelMemoryTcp() > 0 && !facts.has("memory.kmem.tcp.limit_in_bytes")) {
            warn("kernel memory TCP limit capabilities" + MOUNTED + "Limitation discarded.");
            result.put("KernelMemoryTCP", 0);
        }
        if (Boolean.TRUE.equals(host.oomKillDisable())) {
            if (!facts.has("memory.oom_control")) {
                warnings.add("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
                result.putNull("OomKillDisable");
            } else if (memory == 0) {
                warnings.add("OOM killer is disabled for the container, but no memory limit is set, this can result in"
                        + " the system running out of resources.");
            }
        }
    }

    private void checkSwap() {
        long memory = host.memory();
        long swap = host.memorySwap();
        Long swappiness = host.memorySwappiness();
        if (swap > 0 && memory > 0 && swap < memory) {
            throw WharfException.invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
        }
        if (memory == 0 && swap > 0 && !update) {
            throw WharfException.invalid(
                    "You should always set the Memory limit when using Memoryswap limit, see usage");
        }
        if (memory > 0 && swap != -1 && !ResourcesSpec.swapCounts(facts)) {
            warn("swap limit capabilities" + MOUNTED + "Memory limited without swap.");
            result.put("MemorySwap", -1);
        } else if (memory > 0 && swap == 0 && !update) {
            result.put("MemorySwap", memory * 2);
        }
        if (swappiness != null && swappiness == -1) {
            result.putNull("MemorySwappiness");
        } else if (swappiness != null) {
            if (swappiness < 0 || swappiness > 100) {
                throw WharfException.invalid(
                        "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
            }
            if (!facts.has("memory.swappiness")) {
                warn("memory swappiness capabilities" + MOUNTED + "Memory swappiness discarded.");
                result.putNull("MemorySwappiness");
            }
        }
    }

    private void checkPids() {
        Long pids = host.pidsLimit();
        if (pids != null && pids > MOST_PIDS) {
            throw WharfException.invalid("Invalid value: " + pids + ", a PIDs limit is at most " + MOST_PIDS
                    + ", for no kernel has more processes; -1 is for none");
        }
        if (pids != null && pids <= 0) {
            result.putNull("PidsLimit");
        } else if (pids != null && !facts.controllers().contains("pids")) {
            warn("PIDs limit capabilities" + MOUNTED + "PIDs limit discarded.");
            result.putNull("PidsLimit");
        }
    }

    private void checkCpu() {
        long nano = host.nanoCpus();
        long period = host.cpuPeriod();
        long quota = host.cpuQuota();
        if (nano > 0 && period > 0) {
            throw WharfException.invalid("Conflicting options: Nano CPUs and CPU Period cannot both be set");
        }
        if (nano > 0 && quota > 0) {
            throw WharfException.invalid("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        }
        boolean fair = !lacks("cpu.cfs_quota_us", "cpu");
        if (nano > 0 && !fair) {
            throw WharfException.invalid("NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or"
                    + " the cgroup is not mounted");
        }
        int cpus = parse(facts.cpus()).cardinality();
        if (nano < 0 || (cpus > 0 && nano > cpus * 1_000_000_000L)) {
            throw WharfException.invalid(
                    "range of CPUs is from 0.01 to " + cpus + ".00, as there are only " + cpus + " CPUs available");
        }
        if (host.cpuShares() < 0) {
            throw WharfException.invalid(
                    "invalid CPU shares (" + host.cpuShares() + "): value must be a positive" + " integer");
        }
        if (host.cpuShares() > 0 && lacks("cpu.shares", "cpu")) {
            warn("CPU shares" + MOUNTED + "Shares discarded.");
            result.put("CpuShares", 0);
        }
        if ((period != 0 || quota != 0) && !fair) {
            warn("CPU CFS scheduler. CPU period/quota discarded.");
            result.put("CpuPeriod", 0).put("CpuQuota", 0);
        } else {
            if (period != 0 && (period < 1000 || period > 1_000_000)) {
                throw WharfException.invalid(
                        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
            }
            if (quota > 0 && quota < 1000) {
                throw WharfException.invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
            }
        }
        checkRealtime();
        if (host.cpuPercent() > 0) {
            warnings.add("linux does not support CPU percent. Percent discarded.");
            result.put("CpuPercent", 0);
        }
    }

    private void checkRealtime() {
        long period = host.cpuRealtimePeriod();
        long runtime = host.cpuRealtimeRuntime();
        if ((period != 0 || runtime != 0) && !facts.has("cpu.rt_period_us")) {
            throw WharfException.invalid("kernel does not support CPU real-time scheduler");
        }
        if (period != 0 && runtime != 0 && runtime > period) {
            throw WharfException.invalid("cpu real-time runtime cannot be higher than cpu real-time period");
        }
    }

    private void checkCpuSets() {
        if (host.cpusetCpus().isEmpty() && host.cpusetMems().isEmpty()) {
            return;
        }
        if (!facts.controllers().contains("cpuset")) {
            warn("cpuset" + MOUNTED + "Cpuset discarded.");
            result.put("CpusetCpus", "").put("CpusetMems", "");
            return;
        }
        checkSet(host.cpusetCpus(), facts.cpus(), "cpuset cpus", "CPUs");
        checkSet(host.cpusetMems(), facts.memoryNodes(), "cpuset mems", "memory nodes");
    }

    private static void checkSet(String wanted, String available, String field, String what) {
        BitSet beyond;
        try {
            beyond = parse(wanted);
        } catch (NumberFormatException e) {
            throw WharfException.invalid("Invalid value " + wanted + " for " + field);
        }
        beyond.andNot(parse(available));
        if (!beyond.isEmpty()) {
            throw WharfException.invalid(
                    "Requested " + what + " are not available - requested " + wanted + ", available: " + available);
        }
    }

    private void checkBlockIo() {
        int weight = host.blkioWeight();
        boolean weighs = facts.unified()
                ? facts.controllers().contains("io")
                : facts.has("blkio.weight") || facts.has("blkio.bfq.weight");
        if (weight != 0 && !weighs) {
            warn("Block I/O weight" + MOUNTED + "Weight discarded.");
            result.put("BlkioWeight", 0);
        } else if (weight != 0 && (weight < 10 || weight > 1000)) {
            throw WharfException.invalid("Range of blkio weight is from 10 to 1000");
        }
        boolean weighsDevices = facts.unified()
                ? facts.controllers().contains("io")
                : facts.has("blkio.weight_device") || facts.has("blkio.bfq.weight_device");
        if (!host.blkioWeightDevice().isEmpty() && !weighsDevices) {
            warn("Block I/O weight_device" + MOUNTED + "Weight-device discarded.");
            result.putArray("BlkioWeightDevice");
        }
        boolean throttles = !lacks("blkio.throttle.read_bps_device", "io");
        discardThrottle(throttles, !host.blkioDeviceReadBps().isEmpty(), "BlkioDeviceReadBps", "BPS", "read");
        discardThrottle(throttles, !host.blkioDeviceWriteBps().isEmpty(), "BlkioDeviceWriteBps", "BPS", "write");
        discardThrottle(throttles, !host.blkioDeviceReadIops().isEmpty(), "BlkioDeviceReadIOps", "IOPS", "read");
        discardThrottle(throttles, !host.blkioDeviceWriteIops().isEmpty(), "BlkioDeviceWriteIOps", "IOPS", "write");
    }

    private void discardThrottle(boolean throttles, boolean wanted, String field, String unit, String way) {
        if (wanted && !throttles) {
            warn(unit + " Block I/O " + way + " limit" + MOUNTED + "Block I/O " + unit + " " + way
                    + " limit discarded.");
            result.putArray(field);
        }
    }

    /** Whether v1 has no such file, or v2 no such controller. */
    private boolean lacks(String file, String controller) {
        return facts.unified() ? !facts.controllers().contains(controller) : !facts.has(file);
    }

    private void warn(String rest) {
        warnings.add("Your kernel does not support " + rest);
    }

    /** A list as cpuset(7) writes it, {@code 0-2,7}; NumberFormatException for what is none. */
    static BitSet parse(String list) {
        BitSet set = new BitSet();
        if (list.isEmpty()) {
            return set;
        }
        for (String part : list.split(",", -1)) {
            String[] ends = part.strip().split("-", -1);
            int from = Integer.parseInt(ends[0]);
            int to = ends.length == 1 ? from : Integer.parseInt(ends[1]);
            if (ends.length > 2 || from < 0 || to < from || to > 8192) {
                throw new NumberFormatException(part);
            }
            set.set(from, to + 1);
        }
        return set;
    }
}
