package io.wharf.images;

import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.ImageForContainer;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.Images;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.Platform;
import org.jspecify.annotations.Nullable;

/** Finds what a container is to be made from. */
final class ResolveImage {
    private ResolveImage() {}

    /** An image that is here but for another platform is refused in other words than where an image is looked at. */
    static ImageForContainer forContainer(Images images, String name, @Nullable String platform) {
        Image image = images.get(name);
        ImageConfig config = image.config();
        if (platform != null && !platform.isEmpty()) {
            Platform wanted = Platform.parse(platform);
            if (!wanted.accepts(config.os(), config.architecture(), config.variant())) {
                throw WharfException.notFound("image with reference " + name
                        + " was found but does not match the specified platform: wanted " + wanted + ", actual: "
                        + new Platform(config.os(), config.architecture(), config.variant()));
            }
        }
        return new ImageForContainer(image.id(), config.config(), config.architecture(), config.os());
    }
}
