package io.wharf.stats;

import io.wharf.contracts.ContainerProcess;
import io.wharf.linux.CgroupHierarchies;
import java.util.ArrayList;
import java.util.List;

/** Reads all that one run of a container uses. Its files stay open between the readings: about fifteen. */
final class Meter implements AutoCloseable {
    private final ContainerProcess container;
    private final List<Gauge> gauges = new ArrayList<>();
    private final CpuGauge cpu;
    private final MemoryGauge memory;
    private final PidsGauge pids;
    private final BlockGauge block;
    private final NetworkGauge network;

    Meter(ContainerProcess container, CgroupHierarchies hierarchies, long hostBytes) {
        this.container = container;
        String cgroup = container.cgroup();
        try {
            cpu = opened(new CpuGauge(hierarchies, cgroup));
            memory = opened(new MemoryGauge(hierarchies, cgroup, hostBytes));
            pids = opened(new PidsGauge(hierarchies, cgroup));
            block = opened(new BlockGauge(hierarchies, cgroup));
            network = opened(new NetworkGauge(container));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <G extends Gauge> G opened(G gauge) {
        gauges.add(gauge);
        return gauge;
    }

    /** Whether it reads the run that the container is in now. */
    boolean isOf(ContainerProcess now) {
        return now.pid() == container.pid()
                && now.startTicks() == container.startTicks()
                && now.cgroup().equals(container.cgroup());
    }

    /** Reads everything; false where the run is over. */
    boolean read(Workspace with) {
        for (Gauge gauge : gauges) {
            if (!gauge.read(with.text)) {
                return false;
            }
        }
        with.system.read(with.text);
        return true;
    }

    void writeCpu(JsonBytes json, SystemTime system) {
        json.raw("{\"cpu_usage\":");
        cpu.write(json);
        system.write(json);
        json.raw(",\"throttling_data\":");
        cpu.writeThrottling(json);
        json.raw('}');
    }

    /** What stands between the times of the processors now and before. */
    void writeRest(JsonBytes json) {
        json.raw(",\"memory_stats\":");
        memory.write(json);
        if (!network.isEmpty()) {
            json.raw(",\"networks\":");
            network.write(json);
        }
        json.raw(",\"pids_stats\":");
        pids.write(json);
        json.raw(",\"blkio_stats\":");
        block.write(json);
    }

    @Override
    public void close() {
        gauges.forEach(Gauge::close);
    }
}
