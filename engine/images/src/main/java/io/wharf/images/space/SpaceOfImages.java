package io.wharf.images.space;

import io.wharf.contracts.ImageSpace;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import java.util.List;
import java.util.Locale;

/** Adds up where the bytes of images are. */
public final class SpaceOfImages {
    private SpaceOfImages() {}

    public static ImageSpace of(Images images, ImageSpaceOptions options, int waiting) {
        int kept = 0;
        long keptBytes = 0;
        int remade = 0;
        long remadeBytes = 0;
        for (List<Blob> forms : images.blobs()) {
            for (Blob blob : forms) {
                if (images.isStored(blob)) {
                    kept++;
                    keptBytes += blob.size();
                } else if (blob.kept()) {
                    remade++;
                    remadeBytes += blob.size();
                }
            }
        }
        return new ImageSpace(
                images.layers().stream().mapToLong(Layer::size).sum(),
                options.blobs().name().toLowerCase(Locale.ROOT),
                kept,
                keptBytes,
                remade,
                remadeBytes,
                waiting,
                images.all().stream()
                        .map(Image::id)
                        .filter(images.uses()::isPinned)
                        .sorted()
                        .map(Object::toString)
                        .toList());
    }
}
