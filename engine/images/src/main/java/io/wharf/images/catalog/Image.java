package io.wharf.images.catalog;

import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.WantedPlatform;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.Platform;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image that is here.
 *
 * @param id digest of its config
 * @param layers chain IDs, lowest first
 * @param parent image that it was committed or built from, null where it came from elsewhere
 * @param taggedNanos when it was last named, 0 for never
 * @param created when it was made, null where it does not say
 */
public record Image(
        Digest id,
        ImageConfig config,
        List<Digest> layers,
        @Nullable Digest parent,
        long taggedNanos,
        @Nullable Instant created) {
    public Image(Digest id, ImageConfig config, @Nullable Digest parent, long taggedNanos) {
        this(id, config, Layer.chains(config.diffs()), parent, taggedNanos, created(config));
    }

    private static @Nullable Instant created(ImageConfig config) {
        try {
            return config.created().isEmpty()
                    ? null
                    : OffsetDateTime.parse(config.created()).toInstant();
        } catch (DateTimeParseException odd) {
            return null;
        }
    }

    /** Seconds since the epoch, 0 where the image does not say. */
    public long createdSeconds() {
        return created == null ? 0 : created.getEpochSecond();
    }

    @Nullable
    public Digest top() {
        return layers.isEmpty() ? null : layers.getLast();
    }

    /** Itself, which must be for a platform where one is named: of each image one platform is kept here. */
    public Image fitting(String name, @Nullable WantedPlatform wanted) {
        if (wanted != null && !Platform.of(wanted).accepts(Platform.of(config))) {
            throw WharfException.notFound("image with reference " + name + " was found but its platform ("
                    + Platform.of(config) + ") does not match the specified platform (" + Platform.of(wanted) + ")");
        }
        return this;
    }

    public Image taggedAt(long nanos) {
        return new Image(id, config, layers, parent, nanos, created);
    }
}
