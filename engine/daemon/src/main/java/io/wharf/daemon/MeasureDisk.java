package io.wharf.daemon;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Store;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.ListContainers;
import io.wharf.contracts.ContainerSummary;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ListImages;
import io.wharf.contracts.VolumeService;
import io.wharf.contracts.VolumeService.UsageData;
import io.wharf.contracts.VolumeService.VolumeDetail;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts together {@code docker system df}: images from totals that are kept, containers and volumes from what was measured
 * last where measuring takes more than a moment.
 */
final class MeasureDisk {
    private static final String ROOT = "/";

    private final ImageService images;
    private final ContainerService containers;
    private final VolumeService volumes;
    private final KeptSizes keptContainers;
    private final KeptSizes keptVolumes;
    /** Bytes of writable layers by container, and of whole roots by container and a slash. */
    private final LastMeasure<Map<String, Long>> containerSizes;
    /** By volume. */
    private final LastMeasure<Map<String, Long>> volumeSizes;

    private @Nullable Future<?> loaded;

    MeasureDisk(Vertx vertx, Store store, ImageService images, ContainerService containers, VolumeService volumes) {
        this.images = images;
        this.containers = containers;
        this.volumes = volumes;
        this.keptContainers = new KeptSizes(store, "container");
        this.keptVolumes = new KeptSizes(store, "volume");
        this.containerSizes = new LastMeasure<>(vertx, this::measureContainers);
        this.volumeSizes = new LastMeasure<>(vertx, this::measureVolumes);
    }

    Future<Map<String, Object>> run() {
        if (loaded == null) {
            loaded = Future.join(load(keptContainers, containerSizes), load(keptVolumes, volumeSizes))
                    .otherwiseEmpty();
        }
        return loaded.compose(done -> putTogether());
    }

    private static Future<?> load(KeptSizes kept, LastMeasure<Map<String, Long>> measure) {
        return kept.load().onSuccess(sizes -> {
            if (!sizes.isEmpty()) {
                measure.remember(sizes);
            }
        });
    }

    private Future<Map<String, Object>> putTogether() {
        var facts = images.facts();
        var imageList = images.list(new ListImages(false, false, true, Filters.NONE));
        var containerList = containers
                .list(new ListContainers(true, 0, false, Filters.NONE))
                .compose(rows -> rows.isEmpty()
                        ? Future.succeededFuture(rows)
                        : containerSizes
                                .get()
                                .map(known -> rows.stream()
                                        .map(row -> sized(row, known))
                                        .toList()));
        var volumeList = volumes.counted()
                .compose(rows -> rows.isEmpty()
                        ? Future.succeededFuture(rows)
                        : volumeSizes
                                .get()
                                .map(known -> rows.stream()
                                        .map(row -> sized(row, known.get(row.name())))
                                        .toList()));
        var space = images.space();
        return Future.all(facts, imageList, containerList, volumeList, space).map(all -> {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("LayersSize", facts.result().layersSize());
            body.put("Images", imageList.result());
            body.put("Containers", containerList.result());
            body.put("Volumes", volumeList.result());
            body.put("BuildCache", List.of());
            body.put("WharfImageSpace", space.result());
            return body;
        });
    }

    private Future<Map<String, Long>> measureContainers() {
        return containers.list(new ListContainers(true, 0, true, Filters.NONE)).map(rows -> {
            Map<String, Long> sizes = new HashMap<>();
            for (ContainerSummary row : rows) {
                if (row.sizeRootFs() != null) {
                    sizes.put(row.id(), row.sizeRw() == null ? 0 : row.sizeRw());
                    sizes.put(row.id() + ROOT, row.sizeRootFs());
                }
            }
            keptContainers.keep(sizes);
            return sizes;
        });
    }

    private Future<Map<String, Long>> measureVolumes() {
        return volumes.measured().map(rows -> {
            Map<String, Long> sizes = new HashMap<>();
            for (VolumeDetail row : rows) {
                if (row.usageData() != null) {
                    sizes.put(row.name(), row.usageData().size());
                }
            }
            keptVolumes.keep(sizes);
            return sizes;
        });
    }

    /** The row as it is now with the sizes that were measured; a container that came since has none yet. */
    private static ContainerSummary sized(ContainerSummary row, Map<String, Long> known) {
        Long writable = known.get(row.id());
        return writable == null ? row : row.withSizes(writable == 0 ? null : writable, known.get(row.id() + ROOT));
    }

    private static VolumeDetail sized(VolumeDetail row, @Nullable Long size) {
        UsageData counted = row.usageData();
        return size == null || counted == null ? row : row.with(new UsageData(counted.refCount(), size));
    }
}
