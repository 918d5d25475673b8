package io.wharf.daemon;

import io.vertx.core.Future;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.ListContainers;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ListImages;
import io.wharf.contracts.VolumeService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts together {@code docker system df}. */
final class MeasureDisk {
    private final ImageService images;
    private final ContainerService containers;
    private final VolumeService volumes;

    MeasureDisk(ImageService images, ContainerService containers, VolumeService volumes) {
        this.images = images;
        this.containers = containers;
        this.volumes = volumes;
    }

    Future<Map<String, Object>> run() {
        var facts = images.facts();
        var imageList = images.list(new ListImages(false, false, true, Filters.NONE));
        var containerList = containers.list(new ListContainers(true, 0, true, Filters.NONE));
        var volumeList = volumes.measured();
        return Future.all(facts, imageList, containerList, volumeList).map(all -> {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("LayersSize", facts.result().layersSize());
            body.put("Images", imageList.result());
            body.put("Containers", containerList.result());
            body.put("Volumes", volumeList.result());
            body.put("BuildCache", List.of());
            return body;
        });
    }
}
