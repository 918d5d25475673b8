package io.wharf.images;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ImageService.HistoryEntry;
import io.wharf.contracts.ImageService.ImageDetail;
import io.wharf.contracts.ImageService.Metadata;
import io.wharf.contracts.ImageService.RootFs;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.Images;
import io.wharf.images.drivers.StorageDrivers;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.spec.ImageConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is told of one image: inspect and history. */
final class DescribeImage {
    private final Images images;
    private final LayerStore layers;
    private final StorageDrivers drivers;

    DescribeImage(Images images, LayerStore layers, StorageDrivers drivers) {
        this.images = images;
        this.layers = layers;
        this.drivers = drivers;
    }

    /** Tells of an image; what few ask for is read from the exact bytes of its config. */
    ImageDetail detail(Image image, byte[] exact) {
        ImageConfig config = image.config();
        JsonNode root = Json.parse(exact, JsonNode.class);
        return new ImageDetail(
                image.id().toString(),
                images.tags(image.id()),
                images.digests(image.id()),
                image.parent() == null ? "" : image.parent().toString(),
                comment(config),
                config.created(),
                config.dockerVersion(),
                config.author(),
                config.config(),
                root.path("container").asText(""),
                containerConfig(root.path("container_config")),
                config.architecture(),
                config.variant(),
                config.os(),
                root.path("os.version").asText(""),
                images.size(image),
                drivers.current().describe(layers.chain(image.layers().reversed())),
                new RootFs(
                        "layers", config.diffs().stream().map(Object::toString).toList()),
                new Metadata(image.taggedNanos() == 0 ? Times.ZERO : Times.rfc3339Nano(image.taggedNanos())),
                images.uses().isPinned(image.id()));
    }

    private static String comment(ImageConfig config) {
        return config.comment().isEmpty() && !config.history().isEmpty()
                ? config.history().getLast().comment()
                : config.comment();
    }

    private static @Nullable ContainerConfig containerConfig(JsonNode node) {
        try {
            return node.isObject() ? Json.MAPPER.treeToValue(node, ContainerConfig.class) : null;
        } catch (JsonProcessingException odd) {
            return null;
        }
    }

    /** Newest first: the top is the image itself, and steps below it are images where they were made here. */
    List<HistoryEntry> history(Image image) {
        List<HistoryEntry> entries = new ArrayList<>();
        int layer = 0;
        for (ImageConfig.Step step : image.config().history()) {
            long size = 0;
            if (!step.empty()) {
                if (layer >= image.layers().size()) {
                    throw WharfException.internal("too many non-empty layers in History section");
                }
                size = images.size(image.layers().get(layer++));
            }
            entries.addFirst(new HistoryEntry(
                    "<missing>",
                    ImageConfig.seconds(step.created()),
                    step.createdBy(),
                    List.of(),
                    size,
                    step.comment()));
        }
        Image at = image;
        for (int i = 0; i < entries.size() && at != null; i++) {
            HistoryEntry entry = entries.get(i);
            entries.set(
                    i,
                    new HistoryEntry(
                            at.id().toString(),
                            entry.created(),
                            entry.createdBy(),
                            images.tags(at.id()),
                            entry.size(),
                            entry.comment()));
            at = at.parent() == null ? null : images.image(at.parent()).orElse(null);
        }
        return List.copyOf(entries);
    }
}
