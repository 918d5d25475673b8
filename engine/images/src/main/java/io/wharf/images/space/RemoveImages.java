package io.wharf.images.space;

import io.vertx.core.Future;
import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService.Pruned;
import io.wharf.contracts.ImageService.Removed;
import io.wharf.contracts.ImageService.WantedPlatform;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.Images;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Removes one image by name, or all that nobody needs. */
public final class RemoveImages {
    private static final Set<String> FILTERS = Set.of("dangling", "label", "label!", "until");

    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private final Lanes lanes;
    private final Predicate<String> running;

    public RemoveImages(Store store, Images images, LayerStore layers, Lanes lanes, Predicate<String> running) {
        this.store = store;
        this.images = images;
        this.layers = layers;
        this.lanes = lanes;
        this.running = running;
    }

    public Future<List<Removed>> run(String name, boolean force, boolean prune, @Nullable WantedPlatform platform) {
        if (name.isBlank()) {
            throw WharfException.invalid("image name cannot be blank");
        }
        return lanes.run(AddImage.LANE, () -> {
            Removal removal = new Removal(images, layers.held(), running);
            removal.plan(name, images.get(name).fitting(name, platform), force, prune);
            return carryOut(removal, tx -> {}).map(done -> removal.records());
        });
    }

    public Future<Pruned> prune(Filters filters) {
        ImageFilters.check(filters, FILTERS);
        boolean dangling = ImageFilters.truth(filters, "dangling", true);
        if (filters.get("until").size() > 1) {
            throw WharfException.invalid("more than one until filter specified");
        }
        Instant until = ImageFilters.until(filters);
        return lanes.run(AddImage.LANE, () -> {
            Removal removal = new Removal(images, layers.held(), running);
            images.all().stream()
                    .filter(image -> !dangling || images.tags(image.id()).isEmpty())
                    .filter(image -> until == null
                            || (image.created() != null && !image.created().isAfter(until)))
                    .filter(image -> ImageFilters.labelled(
                            filters, image.config().config().labels()))
                    .filter(image -> !images.uses().isPinned(image.id()))
                    // What stands on others goes first, so that these can go, too.
                    .sorted(Comparator.comparingInt(
                                    (Image image) -> image.config().history().size())
                            .reversed()
                            .thenComparing(Image::id))
                    .forEach(removal::planQuietly);
            long bytes = removal.uses().bytes();
            return carryOut(removal, tx -> ImageEvents.pruned(tx, bytes))
                    .map(done -> new Pruned(removal.records(), bytes));
        });
    }

    /** Commits; the folders go in the background, and at the next start if this engine does not come to it. */
    Future<Void> carryOut(Removal removal, Consumer<Tx> more) {
        List<Blob> blobs = removal.uses().blobs();
        Future<Boolean> committed = store.write(tx -> {
                    removal.write(tx, blobs);
                    more.accept(tx);
                    return Boolean.TRUE;
                })
                .onSuccess(done -> removal.apply(blobs));
        // In the same turn as the plan, so that nobody builds on what it takes.
        return layers.remove(removal.uses().free(), blobs, committed).mapEmpty();
    }
}
