package io.wharf.images.catalog;

import io.wharf.base.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A container's writable layer.
 *
 * @param top chain ID of the topmost layer below it; null for an image without layers
 */
public record ContainerLayer(
        String container, Digest image, @Nullable Digest top) {}
