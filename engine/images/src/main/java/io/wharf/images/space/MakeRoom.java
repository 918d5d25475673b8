package io.wharf.images.space;

import io.vertx.core.Future;
import io.wharf.base.Lanes;
import io.wharf.base.Layout;
import io.wharf.base.Times;
import io.wharf.contracts.Collected;
import io.wharf.contracts.Collected.CollectedImage;
import io.wharf.contracts.ImageSpaceOptions.Mark;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.Images;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import io.wharf.linux.Storage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes images until the disk has room: those that no container has, nobody works with and nobody pinned, the longest
 * unused first.
 */
public final class MakeRoom {
    private static final Logger LOG = LoggerFactory.getLogger(MakeRoom.class);
    /** What the events of its removals say as their reason. */
    static final String REASON = "collector";

    private final Layout layout;
    private final Images images;
    private final LayerStore layers;
    private final Lanes lanes;
    private final Pools pools;
    private final RemoveImages removals;

    public MakeRoom(Layout layout, Images images, LayerStore layers, Lanes lanes, Pools pools, RemoveImages removals) {
        this.layout = layout;
        this.images = images;
        this.layers = layers;
        this.lanes = lanes;
        this.pools = pools;
        this.removals = removals;
    }

    /** Collects where the disk is beyond the high mark. */
    Future<Boolean> ifBeyond(Mark high, Mark low) {
        return missing(high)
                .compose(missing -> missing == 0
                        ? Future.succeededFuture(false)
                        : run(low, false).map(done -> !done.images().isEmpty()));
    }

    /** Answers when the removal is committed; the bytes go in the background. */
    public Future<Collected> run(Mark low, boolean dryRun) {
        return lanes.run(
                AddImage.LANE,
                () -> missing(low).compose(missing -> {
                    if (images.hasUnreadable() && missing > 0) {
                        LOG.warn("nothing is collected: it is not known which layers {} needs", images.unreadable());
                        return Future.succeededFuture(new Collected(dryRun, List.of(), 0, false));
                    }
                    Removal removal = new Removal(images, layers.held(), user -> true).because(REASON);
                    List<CollectedImage> chosen = new ArrayList<>();
                    long freed = 0;
                    List<Image> left = candidates();
                    for (int before = -1; freed < missing && before < chosen.size(); ) {
                        before = chosen.size();
                        // What others stand on can go when they have.
                        List<Image> stood = new ArrayList<>();
                        for (Image image : left) {
                            if (freed >= missing) {
                                break;
                            }
                            int known = removal.size();
                            removal.planQuietly(image);
                            if (removal.size() == known) {
                                stood.add(image);
                            } else {
                                long bytes =
                                        removal.uses().bytes() + removal.uses().blobBytes() - freed;
                                freed += bytes;
                                chosen.add(collected(image, bytes));
                            }
                        }
                        left = stood;
                    }
                    Collected collected = new Collected(dryRun, chosen, freed, freed >= missing);
                    return dryRun || removal.isEmpty()
                            ? Future.succeededFuture(collected)
                            : removals.carryOut(removal, tx -> {}).map(collected);
                }));
    }

    private CollectedImage collected(Image image, long bytes) {
        List<String> names = images.names(image.id()).stream()
                .map(name -> Reference.parse(name).familiar())
                .toList();
        return new CollectedImage(image.id().toString(), names, shown(images.lastUse(image)), bytes);
    }

    private Future<Long> missing(Mark mark) {
        return pools.call(() -> {
            var disk = Storage.fileSystem(layout.layers().toString());
            return mark.missing(disk.totalBytes(), disk.availableBytes());
        });
    }

    private List<Image> candidates() {
        Set<io.wharf.base.Digest> held = layers.held();
        return images.all().stream()
                .filter(image -> !images.uses().isPinned(image.id()))
                .filter(image -> images.usersOf(image.id()).isEmpty())
                .filter(image -> image.top() == null || !held.contains(image.top()))
                .sorted(Comparator.comparingLong(images::lastUse).thenComparing(Image::id))
                .toList();
    }

    private static String shown(long nanos) {
        return nanos == 0 ? Times.ZERO : Times.rfc3339Nano(nanos);
    }
}
