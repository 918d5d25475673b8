package io.wharf.images;

import io.wharf.base.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image that is here.
 *
 * @param id digest of its config
 * @param layers chain IDs, lowest first
 * @param parent image that it was committed or built from, null where it came from elsewhere
 * @param taggedNanos when it was last named, 0 for never
 */
record Image(
        Digest id,
        ImageConfig config,
        List<Digest> layers,
        @Nullable Digest parent,
        long taggedNanos) {
    Image(Digest id, ImageConfig config, @Nullable Digest parent, long taggedNanos) {
        this(id, config, Layer.chains(config.diffs()), parent, taggedNanos);
    }

    @Nullable
    Digest top() {
        return layers.isEmpty() ? null : layers.getLast();
    }

    Image taggedAt(long nanos) {
        return new Image(id, config, layers, parent, nanos);
    }
}
