package io.wharf.images;

import io.wharf.base.Times;
import io.wharf.contracts.ImageService.HistoryEntry;
import io.wharf.contracts.ImageService.ImageDetail;
import io.wharf.contracts.ImageService.Metadata;
import io.wharf.contracts.ImageService.RootFs;
import java.util.ArrayList;
import java.util.List;

/** What is told of one image: inspect and history. */
final class DescribeImage {
    private final Images images;
    private final LayerStore layers;

    DescribeImage(Images images, LayerStore layers) {
        this.images = images;
        this.layers = layers;
    }

    ImageDetail detail(Image image) {
        ImageConfig config = image.config();
        return new ImageDetail(
                image.id().toString(),
                images.tags(image.id()),
                images.digests(image.id()),
                image.parent() == null ? "" : image.parent().toString(),
                config.comment(),
                config.created(),
                config.dockerVersion(),
                config.author(),
                config.config(),
                config.architecture(),
                config.variant(),
                config.os(),
                images.size(image),
                OverlayDriver.describe(
                        image.layers().reversed().stream().map(layers::diff).toList()),
                new RootFs(
                        "layers", config.diffs().stream().map(Object::toString).toList()),
                new Metadata(image.taggedNanos() == 0 ? Times.ZERO : Times.rfc3339Nano(image.taggedNanos())));
    }

    /** Newest first: the top is the image itself, and steps below it are no images here. */
    List<HistoryEntry> history(Image image) {
        List<HistoryEntry> entries = new ArrayList<>();
        int layer = 0;
        for (ImageConfig.Step step : image.config().history()) {
            long size = 0;
            if (!step.empty() && layer < image.layers().size()) {
                size = images.mustLayer(image.layers().get(layer++)).size();
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
