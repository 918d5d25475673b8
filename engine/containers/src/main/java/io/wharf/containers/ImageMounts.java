package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Undo;
import io.wharf.contracts.ImageService.MountedRoot;
import io.wharf.oci.MountPlan;
import io.wharf.oci.MountTarget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Images that are mounted into a container. For their owner each is one more layer, under an id that follows from the
 * container's and the place: it is there as long as the container is, and mounted while that runs.
 */
final class ImageMounts {
    private final Room room;

    ImageMounts(Room room) {
        this.room = room;
    }

    /** Makes the layers of a new container's images; an image that is not there is a 404. */
    Future<MountPlan> take(String id, MountPlan mounts, Undo undo) {
        Map<String, String> layers = new LinkedHashMap<>();
        List<Future<Void>> made = new ArrayList<>();
        for (MountTarget target : mounts.targets()) {
            if (target.isImage()) {
                String layer = Digest.of((id + ":" + target.destination()).getBytes(StandardCharsets.UTF_8))
                        .hex();
                layers.put(target.destination(), layer);
                made.add(room.images().resolve(target.name(), null).compose(image -> {
                    undo.push(
                            "layer of the image " + target.name(),
                            () -> room.images().removeLayer(layer));
                    return room.images().createLayer(layer, image.id(), Map.of());
                }));
            }
        }
        return Future.join(made).map(done -> mounts.withLayers(layers, room.layout()::rootfs));
    }

    /** Mounts them for a start; the folders by layer. */
    Future<Map<String, String>> mount(Container container) {
        Map<String, Future<MountedRoot>> roots = new LinkedHashMap<>();
        layers(container).forEach(layer -> roots.put(layer, room.images().mountRoot(layer)));
        return Future.join(List.copyOf(roots.values())).map(done -> {
            Map<String, String> folders = new HashMap<>();
            roots.forEach((layer, root) -> folders.put(layer, root.result().path()));
            return folders;
        });
    }

    /** After a run. */
    Future<Void> unmount(Container container) {
        return Future.join(layers(container).stream()
                        .map(layer -> room.images().unmountRoot(layer))
                        .toList())
                .mapEmpty();
    }

    /** With the container. */
    Future<Void> remove(Container container) {
        return Future.join(layers(container).stream()
                        .map(layer -> room.images().removeLayer(layer))
                        .toList())
                .mapEmpty();
    }

    static List<String> layers(Container container) {
        return container.definition().mounts().targets().stream()
                .filter(MountTarget::isImage)
                .map(MountTarget::layer)
                .toList();
    }
}
