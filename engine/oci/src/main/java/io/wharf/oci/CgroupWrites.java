package io.wharf.oci;

import io.wharf.contracts.HostConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Limits that an update writes into the cgroup itself: runc's {@code update} knows no rates of devices, and crun's cannot
 * take a limit of processes away.
 *
 * @param controller by its name on v1 or v2
 */
public record CgroupWrites(String controller, String file, String value) {
    static List<CgroupWrites> of(HostConfig limits, HostFacts facts) {
        List<CgroupWrites> writes = new ArrayList<>();
        Long pids = limits.pidsLimit();
        if (pids != null && pids <= 0) {
            writes.add(new CgroupWrites("pids", "pids.max", "max"));
        }
        boolean v2 = facts.unified();
        add(writes, v2, limits.blkioDeviceReadBps(), "read_bps_device", "rbps");
        add(writes, v2, limits.blkioDeviceWriteBps(), "write_bps_device", "wbps");
        add(writes, v2, limits.blkioDeviceReadIops(), "read_iops_device", "riops");
        add(writes, v2, limits.blkioDeviceWriteIops(), "write_iops_device", "wiops");
        return writes;
    }

    private static void add(
            List<CgroupWrites> writes, boolean v2, List<Map<String, Object>> rates, String v1File, String v2Key) {
        for (Map<String, Object> rate : rates) {
            Devices.Node node = Devices.node(ResourcesSpec.text(rate, "Path"), "");
            String device = node.major() + ":" + node.minor() + " ";
            long value = ResourcesSpec.number(rate, "Rate");
            writes.add(
                    v2
                            ? new CgroupWrites("io", "io.max", device + v2Key + "=" + (value == 0 ? "max" : value))
                            : new CgroupWrites("blkio", "blkio.throttle." + v1File, device + value));
        }
    }
}
