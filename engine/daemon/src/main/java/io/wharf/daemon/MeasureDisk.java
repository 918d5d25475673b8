package io.wharf.daemon;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.ListContainers;
import io.wharf.contracts.ContainerSummary;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ListImages;
import io.wharf.contracts.VolumeService;
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
    private final ImageService images;
    private final ContainerService containers;
    private final LastMeasure<Map<String, ContainerSummary>> sizes;
    private final LastMeasure<List<VolumeDetail>> volumes;

    MeasureDisk(Vertx vertx, ImageService images, ContainerService containers, VolumeService volumes) {
        this.images = images;
        this.containers = containers;
        this.sizes = new LastMeasure<>(vertx, this::containerSizes);
        this.volumes = new LastMeasure<>(vertx, volumes::measured);
    }

    Future<Map<String, Object>> run() {
        var facts = images.facts();
        var imageList = images.list(new ListImages(false, false, true, Filters.NONE));
        var containerList = containers
                .list(new ListContainers(true, 0, false, Filters.NONE))
                .compose(rows -> rows.isEmpty()
                        ? Future.succeededFuture(rows)
                        : sizes.get()
                                .map(known -> rows.stream()
                                        .map(row -> sized(row, known.get(row.id())))
                                        .toList()));
        var volumeList = volumes.get();
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

    private Future<Map<String, ContainerSummary>> containerSizes() {
        return containers.list(new ListContainers(true, 0, true, Filters.NONE)).map(rows -> {
            Map<String, ContainerSummary> byId = new HashMap<>();
            rows.forEach(row -> byId.put(row.id(), row));
            return byId;
        });
    }

    /** The row as it is now with the sizes that were measured; a container that came since has none yet. */
    private static ContainerSummary sized(ContainerSummary row, @Nullable ContainerSummary measured) {
        return measured == null ? row : row.withSizes(measured.sizeRw(), measured.sizeRootFs());
    }
}
