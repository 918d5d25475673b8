package io.wharf.stats;

import io.wharf.contracts.ContainerProcess;
import io.wharf.linux.CgroupHierarchies;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the samples of one container and puts them into JSON, each with the one before it. Used by one thread at a time.
 *
 * <p>A sample of a container that does not run has no values, but id, name and the times of the one before.
 */
final class Sampler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
    private static final byte[] NEVER = JsonBytes.ascii("0001-01-01T00:00:00Z");
    private static final byte[] NO_CPU = JsonBytes.ascii(
            "{\"cpu_usage\":{\"total_usage\":0,\"usage_in_kernelmode\":0,"
                    + "\"usage_in_usermode\":0},\"throttling_data\":{\"periods\":0,\"throttled_periods\":0,\"throttled_time\":0}}");
    private static final String WINDOWS_ONLY = ",\"num_procs\":0,\"storage_stats\":{}";

    private final CgroupHierarchies hierarchies;
    private final long hostBytes;
    private final JsonBytes lastRead = new JsonBytes(NEVER.length).raw(NEVER);
    private final JsonBytes lastCpu = new JsonBytes(NO_CPU.length).raw(NO_CPU);
    private @Nullable Meter meter;
    private boolean closed;

    /**
     * Of one container.
     *
     * @param hostBytes memory of the host: the limit of a container without one
     */
    Sampler(CgroupHierarchies hierarchies, long hostBytes) {
        this.hierarchies = hierarchies;
        this.hostBytes = hostBytes;
    }

    /** Where the parts of a sample are that lies in the workspace: its body without the sample before begins at 0. */
    record Parts(int tail, int end) {}

    /** Puts a sample into the workspace's JSON, followed by the end that names the sample before. */
    Parts sample(ContainerProcess now, Workspace with) {
        boolean values = measured(now, with);
        JsonBytes json = with.json;
        json.truncate(0);
        json.raw("{\"id\":\"").raw(now.id()).raw("\",\"name\":\"/").raw(now.name());
        json.raw("\",\"os_type\":\"").raw(now.os()).raw("\",\"read\":\"");
        int read = json.length();
        if (values) {
            writeTime(json, Instant.now());
        } else {
            json.raw(NEVER);
        }
        int cpu = json.length() + "\",\"cpu_stats\":".length();
        json.raw("\",\"cpu_stats\":");
        Meter running = meter;
        int afterCpu;
        if (values && running != null) {
            running.writeCpu(json, with.system);
            afterCpu = json.length();
            running.writeRest(json);
        } else {
            json.raw(NO_CPU);
            afterCpu = json.length();
            json.raw(",\"memory_stats\":{},\"pids_stats\":{},\"blkio_stats\":");
            BlockGauge.writeNone(json);
        }
        json.raw(WINDOWS_ONLY);
        int tail = json.length();
        writeTail(json, lastRead.array(), lastRead.length(), lastCpu.array(), lastCpu.length());
        remember(lastRead, json, read, cpu - "\",\"cpu_stats\":".length());
        remember(lastCpu, json, cpu, afterCpu);
        return new Parts(tail, json.length());
    }

    private static void remember(JsonBytes into, JsonBytes from, int begin, int end) {
        into.truncate(0);
        into.raw(from.array(), begin, end - begin);
    }

    /** Takes the sample before out of what {@link #sample} wrote, for a reader's first. */
    static void forgetBefore(JsonBytes json, Parts parts) {
        json.truncate(parts.tail());
        writeTail(json, NEVER, NEVER.length, NO_CPU, NO_CPU.length);
    }

    private static void writeTail(JsonBytes json, byte[] read, int readLength, byte[] cpu, int cpuLength) {
        json.raw(",\"preread\":\"").raw(read, readLength).raw("\",\"precpu_stats\":");
        json.raw(cpu, cpuLength).raw('}').raw('\n');
    }

    private boolean measured(ContainerProcess now, Workspace with) {
        if (meter != null && !(now.running() && meter.isOf(now))) {
            meter.close();
            meter = null;
        }
        if (!now.running() || closed) {
            return false;
        }
        try {
            if (meter == null) {
                meter = new Meter(now, hierarchies, hostBytes);
            }
            if (meter.read(with)) {
                return true;
            }
        } catch (RuntimeException e) {
            // As Docker: a sample without values, and the next second another try.
            LOG.debug("stats of {}: {}", now.id(), e.toString());
        }
        if (meter != null) {
            meter.close();
            meter = null;
        }
        return false;
    }

    /** RFC 3339 with up to nine decimals and no zeros at their end, as Go writes it. */
    static void writeTime(JsonBytes json, Instant instant) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), 0, ZoneOffset.UTC);
        json.padded(time.getYear(), 4).raw('-').padded(time.getMonthValue(), 2).raw('-');
        json.padded(time.getDayOfMonth(), 2).raw('T').padded(time.getHour(), 2).raw(':');
        json.padded(time.getMinute(), 2).raw(':').padded(time.getSecond(), 2);
        int fraction = instant.getNano();
        if (fraction > 0) {
            int digits = 9;
            while (fraction % 10 == 0) {
                fraction /= 10;
                digits--;
            }
            json.raw('.').padded(fraction, digits);
        }
        json.raw('Z');
    }

    @Override
    public void close() {
        closed = true;
        if (meter != null) {
            meter.close();
            meter = null;
        }
    }
}
