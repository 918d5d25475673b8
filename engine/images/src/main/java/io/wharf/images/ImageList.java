package io.wharf.images;

import io.wharf.base.Digest;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ImageSummary;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.Images;
import io.wharf.images.space.ImageFilters;
import io.wharf.images.spec.NamePattern;
import io.wharf.images.spec.Reference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists images, newest first, as {@code docker images} asks; from memory alone. */
final class ImageList {
    private static final Set<String> FILTERS =
            Set.of("dangling", "label", "label!", "before", "since", "reference", "until");

    private final Images images;

    ImageList(Images images) {
        this.images = images;
    }

    List<ImageSummary> run(ImageService.ListImages query) {
        Filters filters = query.filters();
        ImageFilters.check(filters, FILTERS);
        boolean danglingGiven = filters.values().containsKey("dangling");
        boolean danglingOnly = ImageFilters.truth(filters, "dangling", false);
        Instant before = before(filters);
        Instant since = since(filters);
        List<NamePattern> patterns =
                filters.get("reference").stream().map(NamePattern::of).toList();
        Map<Digest, Long> users = users();
        Map<Digest, Integer> sharers = query.sharedSize() ? sharers() : Map.of();
        List<ImageSummary> rows = new ArrayList<>();
        for (Image image : images.all()) {
            if (!isBetween(image.created(), since, before)
                    || !ImageFilters.labelled(filters, image.config().config().labels())) {
                continue;
            }
            List<String> tags = new ArrayList<>();
            List<String> digests = new ArrayList<>();
            for (Reference name : images.references(image.id())) {
                if (patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.fits(name))) {
                    (name.digest() == null ? tags : digests).add(name.familiar());
                }
            }
            boolean step = images.hasChildren(image.id());
            if (tags.isEmpty() && digests.isEmpty()) {
                // Without a name: what only others stand on is shown to those who ask for all.
                if ((step && (danglingOnly || !query.all()))
                        || (danglingGiven && !danglingOnly)
                        || !patterns.isEmpty()) {
                    continue;
                }
            } else if (danglingOnly && (!tags.isEmpty() || step)) {
                continue;
            }
            rows.add(new ImageSummary(
                    image.id().toString(),
                    image.parent() == null ? "" : image.parent().toString(),
                    List.copyOf(tags),
                    List.copyOf(digests),
                    image.createdSeconds(),
                    images.size(image),
                    query.sharedSize() ? sharedSize(image, sharers) : -1,
                    image.config().config().labels(),
                    users.getOrDefault(image.id(), 0L),
                    images.uses().isPinned(image.id())));
        }
        rows.sort(Comparator.comparingLong(ImageSummary::created).reversed().thenComparing(ImageSummary::id));
        return List.copyOf(rows);
    }

    private static boolean isBetween(@Nullable Instant created, @Nullable Instant since, @Nullable Instant before) {
        return (before == null || (created != null && created.isBefore(before)))
                && (since == null || (created != null && created.isAfter(since)));
    }

    /** Several bounds must all hold, so the earliest counts. */
    private @Nullable Instant before(Filters filters) {
        Instant bound = ImageFilters.until(filters);
        for (String name : filters.get("before")) {
            Instant created = images.get(name).created();
            bound = bound == null || (created != null && created.isBefore(bound)) ? created : bound;
        }
        return bound;
    }

    private @Nullable Instant since(Filters filters) {
        Instant bound = null;
        for (String name : filters.get("since")) {
            Instant created = images.get(name).created();
            bound = bound == null || (created != null && created.isAfter(bound)) ? created : bound;
        }
        return bound;
    }

    private Map<Digest, Long> users() {
        Map<Digest, Long> users = new HashMap<>();
        images.containers().forEach(container -> users.merge(container.image(), 1L, Long::sum));
        return users;
    }

    /** In how many images each layer is. */
    private Map<Digest, Integer> sharers() {
        Map<Digest, Integer> sharers = new HashMap<>();
        images.all().forEach(image -> image.layers().forEach(chain -> sharers.merge(chain, 1, Integer::sum)));
        return sharers;
    }

    private long sharedSize(Image image, Map<Digest, Integer> sharers) {
        return image.layers().stream()
                .filter(chain -> sharers.getOrDefault(chain, 0) > 1)
                .mapToLong(images::size)
                .sum();
    }
}
