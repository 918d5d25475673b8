package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.contracts.Filters;
import io.wharf.contracts.VolumeService.UsageData;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells how much each volume holds and how many containers use it, for {@code docker system df}. */
final class MeasureVolumes {
    private static final long UNKNOWN = -1;

    private final Volumes volumes;
    private final Pools pools;

    MeasureVolumes(Volumes volumes, Pools pools) {
        this.volumes = volumes;
        this.pools = pools;
    }

    /** How many use each, and no sizes. */
    List<VolumeDetail> counted() {
        Map<String, Integer> users = users();
        return volumes.list(Filters.NONE).stream()
                .map(row -> row.with(new UsageData(users.getOrDefault(row.name(), 0), UNKNOWN)))
                .toList();
    }

    Future<List<VolumeDetail>> run() {
        Map<String, Integer> users = users();
        List<VolumeDetail> rows = volumes.list(Filters.NONE);
        return pools.call(() -> {
            List<VolumeDetail> measured = new ArrayList<>();
            for (VolumeDetail row : rows) {
                measured.add(row.with(
                        new UsageData(users.getOrDefault(row.name(), 0), sizeOrUnknown(Path.of(row.mountpoint())))));
            }
            return measured;
        });
    }

    private Map<String, Integer> users() {
        Map<String, Integer> users = new HashMap<>();
        volumes.all().forEach(volume -> users.put(volume.name(), volume.users().size()));
        return users;
    }

    private static long sizeOrUnknown(Path folder) {
        try {
            return size(folder);
        } catch (IOException | java.io.UncheckedIOException e) {
            // It changes while it is walked.
            return UNKNOWN;
        }
    }

    /** Bytes of the files below a folder. */
    static long size(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            long bytes = 0;
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
