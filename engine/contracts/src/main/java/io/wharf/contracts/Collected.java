package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What a collection removed, or would.
 *
 * @param images in the order of their going
 * @param spaceReclaimed bytes of layers and blobs
 * @param reached whether the mark is met then
 */
public record Collected(boolean dryRun, List<CollectedImage> images, long spaceReclaimed, boolean reached) {
    /** An image that goes: when it was last used, and how many bytes go with it. */
    public record CollectedImage(@JsonProperty("Id") String id, List<String> names, String lastUsed, long size) {}
}
