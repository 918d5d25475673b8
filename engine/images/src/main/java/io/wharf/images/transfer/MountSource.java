package io.wharf.images.transfer;

import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.Images;
import io.wharf.images.spec.Reference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds where a registry has what is pushed to it already: in a repository by which an image with it came or went. */
final class MountSource {
    private MountSource() {}

    /** The path of another repository of the target's registry; null where none is known. */
    static @Nullable String of(Images images, Reference target, Predicate<Image> having) {
        for (Image image : images.all()) {
            if (having.test(image)) {
                for (String name : images.names(image.id())) {
                    Reference other = Reference.parse(name);
                    if (other.digest() != null
                            && other.domain().equals(target.domain())
                            && !other.path().equals(target.path())) {
                        return other.path();
                    }
                }
            }
        }
        return null;
    }
}
