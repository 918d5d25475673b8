package io.wharf.images;

import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ImageSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lists images, newest first, as {@code docker images} asks. */
final class ImageList {
    private static final Set<String> FILTERS =
            Set.of("dangling", "label", "label!", "before", "since", "reference", "until");

    private final Images images;

    ImageList(Images images) {
        this.images = images;
    }

    List<ImageSummary> run(ImageService.ListImages query) {
        Filters filters = query.filters();
        check(filters, FILTERS);
        Long before = bound(filters, "before");
        Long since = bound(filters, "since");
        Long until = filters.has("until") ? untilSeconds(filters.get("until").getFirst()) : null;
        Boolean dangling =
                filters.has("dangling") ? truth(filters.get("dangling").getFirst()) : null;
        List<ImageSummary> rows = new ArrayList<>();
        for (Image image : images.all()) {
            long created = image.config().createdSeconds();
            if ((before != null && created >= before)
                    || (since != null && created <= since)
                    || (until != null && created >= until)
                    || !labelled(filters, image.config().config().labels())) {
                continue;
            }
            List<String> tags = matching(filters, images.tags(image.id()));
            List<String> digests = matching(filters, images.digests(image.id()));
            boolean nameless = images.names(image.id()).isEmpty();
            if (filters.has("reference") && tags.isEmpty() && digests.isEmpty()) {
                continue;
            }
            boolean step = nameless && !images.children(image.id()).isEmpty();
            if ((dangling == null ? step && !query.all() : dangling != nameless || (dangling && step))) {
                continue;
            }
            rows.add(summary(image, tags, digests, query.sharedSize()));
        }
        rows.sort(Comparator.comparingLong(ImageSummary::created).reversed().thenComparing(ImageSummary::id));
        return List.copyOf(rows);
    }

    private ImageSummary summary(Image image, List<String> tags, List<String> digests, boolean shared) {
        return new ImageSummary(
                image.id().toString(),
                image.parent() == null ? "" : image.parent().toString(),
                tags,
                digests,
                image.config().createdSeconds(),
                images.size(image),
                shared ? sharedSize(image) : -1,
                image.config().config().labels(),
                images.usersOf(image.id()).size());
    }

    private long sharedSize(Image image) {
        return image.layers().stream()
                .filter(chain -> images.all().stream()
                        .anyMatch(other ->
                                !other.id().equals(image.id()) && other.layers().contains(chain)))
                .mapToLong(chain -> images.mustLayer(chain).size())
                .sum();
    }

    static void check(Filters filters, Set<String> known) {
        for (String name : filters.values().keySet()) {
            if (!known.contains(name)) {
                throw WharfException.invalid("invalid filter '" + name + "'");
            }
        }
    }

    static boolean labelled(Filters filters, Map<String, String> labels) {
        return Filters.labelled(filters.get("label"), labels)
                && (!filters.has("label!") || !Filters.labelled(filters.get("label!"), labels));
    }

    static boolean truth(String text) {
        return switch (text) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw WharfException.invalid("invalid value for 'dangling': \"" + text + "\"");
        };
    }

    /** A time as RFC 3339, as seconds since the epoch, or as a duration back from now. */
    static long untilSeconds(String text) {
        if (text.matches("[0-9]+(\\.[0-9]+)?")) {
            return (long) Double.parseDouble(text);
        }
        if (text.matches("([0-9.]+(ms|s|m|h))+")) {
            return (Times.nowNanos() - Healthchecks.duration(text)) / 1_000_000_000L;
        }
        return ImageConfig.seconds(text);
    }

    private @Nullable Long bound(Filters filters, String key) {
        return filters.has(key)
                ? (Long) images.get(filters.get(key).getFirst()).config().createdSeconds()
                : null;
    }

    private static List<String> matching(Filters filters, List<String> names) {
        if (!filters.has("reference")) {
            return names;
        }
        List<Pattern> patterns =
                filters.get("reference").stream().map(ImageList::glob).toList();
        return names.stream()
                .filter(name -> patterns.stream()
                        .anyMatch(pattern -> pattern.matcher(name).matches()
                                || pattern.matcher(Reference.parse(name).familiarName())
                                        .matches()))
                .toList();
    }

    /** A shell pattern, in which {@code *} and {@code ?} stop at a slash. */
    static Pattern glob(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            switch (c) {
                case '*' -> regex.append("[^/]*");
                case '?' -> regex.append("[^/]");
                case '[', ']', '-' -> regex.append(c);
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(regex.toString());
        } catch (java.util.regex.PatternSyntaxException e) {
            throw WharfException.invalid("invalid reference filter: syntax error in pattern");
        }
    }
}
