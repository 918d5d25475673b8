package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.wharf.base.Digest;
import io.wharf.contracts.ImageService.ProgressDetail;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of a verification.
 *
 * @param item config, manifest, layer, blob, or image for the sum of all
 * @param digest of the item; of a layer its diff ID
 * @param chain of a layer, its name on disk
 * @param paths of a layer that are damaged, the first of them
 * @param morePaths how many more there are
 * @param damaged how many items are not sound, in the last line
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Verified(
        @JsonProperty("image") Digest image,
        @JsonProperty("item") String item,
        @JsonProperty("digest") Digest digest,
        @JsonProperty("chain") @Nullable Digest chain,
        @JsonProperty("state") Soundness state,
        @JsonProperty("reason") @Nullable String reason,
        @JsonProperty("paths") @Nullable List<Damage> paths,
        @JsonProperty("morePaths") @Nullable Long morePaths,
        @JsonProperty("progress") @Nullable ProgressDetail progress,
        @JsonProperty("items") @Nullable Integer items,
        @JsonProperty("damaged") @Nullable Integer damaged) {
    public static Verified of(Digest image, String item, Digest digest, Soundness state, @Nullable String reason) {
        return new Verified(image, item, digest, null, state, reason, null, null, null, null, null);
    }

    /** How a part of an image is; {@code CHECKING} while it is still being read. */
    public enum Soundness {
        CHECKING,
        OK,
        DAMAGED,
        MISSING;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A path of a layer that is not as it was unpacked. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Damage(
            @JsonProperty("path") String path,
            @JsonProperty("state") Soundness state,
            @JsonProperty("reason") @Nullable String reason) {}
}
