package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.contracts.VolumeService.UsageData;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.volumes.drivers.VolumeDriver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells how much each volume holds and how many containers use it, for {@code docker system df}. What lies on another
 * machine, or is mounted from elsewhere, is never walked.
 */
final class MeasureVolumes {
    private static final long UNKNOWN = -1;

    private final Volumes volumes;

    MeasureVolumes(Volumes volumes) {
        this.volumes = volumes;
    }

    /** How many use each, and no sizes. */
    List<VolumeDetail> counted() {
        Map<String, Integer> users = users();
        return volumes.rows().stream()
                .map(row -> row.with(new UsageData(users.getOrDefault(row.name(), 0), UNKNOWN)))
                .toList();
    }

    Future<List<VolumeDetail>> run() {
        VolumeDriver local = volumes.drivers().local();
        Map<String, Integer> users = users();
        List<VolumeDetail> rows = volumes.rows();
        return volumes.pools().call(() -> {
            List<VolumeDetail> measured = new ArrayList<>();
            for (VolumeDetail row : rows) {
                long bytes = row.driver().equals(Drivers.LOCAL) ? bytes(local, row) : UNKNOWN;
                measured.add(row.with(new UsageData(users.getOrDefault(row.name(), 0), bytes)));
            }
            return measured;
        });
    }

    private static long bytes(VolumeDriver driver, VolumeDetail row) {
        try {
            return driver.bytes(row.name(), row.options() == null ? Map.of() : row.options());
        } catch (RuntimeException e) {
            // It goes while it is looked at.
            return UNKNOWN;
        }
    }

    private Map<String, Integer> users() {
        Map<String, Integer> users = new HashMap<>();
        volumes.all().forEach(volume -> users.put(volume.name(), volume.users().size()));
        return users;
    }
}
