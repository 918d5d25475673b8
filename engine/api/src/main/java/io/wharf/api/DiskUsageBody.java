package io.wharf.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * {@code docker system df} in the shape of each version: lists of everything before 1.52, sums for each kind of object from
 * then on, with the lists in them for those who ask for all, and beside them for clients that do not.
 */
final class DiskUsageBody {
    private static final Set<String> ACTIVE_STATES = Set.of("running", "paused", "restarting");

    private DiskUsageBody() {}

    /**
     * Puts the body together.
     *
     * @param wanted parts to tell of, empty for all
     */
    static JsonNode of(Map<String, Object> all, Set<String> wanted, ApiVersion version, boolean verbose) {
        ObjectNode lists = Json.MAPPER.valueToTree(all);
        long layers = lists.path("LayersSize").asLong();
        if (!wanted.isEmpty()) {
            Set<String> parts = Set.of("Images", "Containers", "Volumes", "BuildCache");
            parts.stream().filter(part -> !wanted.contains(part)).forEach(lists::remove);
            if (!wanted.contains("Images")) {
                lists.remove("LayersSize");
            }
        }
        if (!version.atLeast(44)) {
            lists.path("Images").forEach(image -> ((ObjectNode) image).set("VirtualSize", image.path("Size")));
        }
        if (!version.atLeast(42)) {
            lists.put("BuilderSize", 0);
        }
        if (!version.atLeast(52)) {
            return lists;
        }
        ObjectNode body = verbose ? Json.MAPPER.createObjectNode() : lists.deepCopy();
        images(body, lists.path("Images"), layers, verbose);
        usage(
                body,
                "ContainerUsage",
                lists.path("Containers"),
                container -> ACTIVE_STATES.contains(container.path("State").asText()),
                container -> container.path("SizeRw").asLong(),
                verbose);
        usage(
                body,
                "VolumeUsage",
                lists.path("Volumes"),
                volume -> volume.path("UsageData").path("RefCount").asLong() > 0,
                volume -> Math.max(0, volume.path("UsageData").path("Size").asLong()),
                verbose);
        usage(body, "BuildCacheUsage", lists.path("BuildCache"), record -> false, record -> 0, verbose);
        return body;
    }

    /** What images share counts once in the whole, and is given back by none alone. */
    private static void images(ObjectNode body, JsonNode items, long layers, boolean verbose) {
        if (items.isMissingNode()) {
            return;
        }
        long active = 0;
        long used = 0;
        for (JsonNode image : items) {
            if (image.path("Containers").asLong() > 0) {
                active++;
                used += image.path("Size").asLong()
                        - Math.max(0, image.path("SharedSize").asLong());
            }
        }
        put(body, "ImageUsage", items, active, layers, layers - used, verbose);
    }

    private static void usage(
            ObjectNode body,
            String key,
            JsonNode items,
            Predicate<JsonNode> isActive,
            ToLongFunction<JsonNode> size,
            boolean verbose) {
        if (items.isMissingNode()) {
            return;
        }
        long active = 0;
        long total = 0;
        long free = 0;
        for (JsonNode item : items) {
            long bytes = size.applyAsLong(item);
            total += bytes;
            if (isActive.test(item)) {
                active++;
            } else {
                free += bytes;
            }
        }
        put(body, key, items, active, total, free, verbose);
    }

    private static void put(
            ObjectNode body, String key, JsonNode items, long active, long total, long free, boolean verbose) {
        ObjectNode usage = body.putObject(key)
                .put("ActiveCount", active)
                .put("TotalCount", items.size())
                .put("TotalSize", total)
                .put("Reclaimable", free);
        if (verbose) {
            usage.set("Items", items);
        }
    }
}
