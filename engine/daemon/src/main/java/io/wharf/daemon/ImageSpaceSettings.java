package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.GoDuration;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.contracts.ImageSpaceOptions.Mark;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What {@code daemon.json} says of the disk that images take, below {@code image-space}. */
final class ImageSpaceSettings {
    private static final String NAME = "image-space";
    private static final Set<String> KEYS = Set.of("blobs", "idle", "high", "low", "every");
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Settings settings;

    ImageSpaceSettings(Settings settings) {
        this.settings = settings;
    }

    ImageSpaceOptions options() {
        try {
            JsonNode space = settings.object(NAME);
            check(space);
            String blobs = text(space, "blobs");
            String high = text(space, "high");
            String low = text(space, "low");
            return new ImageSpaceOptions(
                    blobs == null ? Blobs.COMPACT : Blobs.parse(blobs),
                    millis(space, "idle", ImageSpaceOptions.IDLE_MILLIS),
                    high == null ? null : Mark.parse(high),
                    low == null ? null : Mark.parse(low),
                    millis(space, "every", ImageSpaceOptions.EVERY_MILLIS));
        } catch (WharfException e) {
            throw settings.refusal(String.valueOf(e.getMessage()));
        }
    }

    private static void check(JsonNode space) {
        Set<String> unknown = new TreeSet<>();
        space.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            throw WharfException.invalid("the following directives don't match any configuration option: " + NAME + "."
                    + String.join(", " + NAME + ".", unknown));
        }
    }

    private static @Nullable String text(JsonNode node, String key) {
        if (!node.hasNonNull(key)) {
            return null;
        }
        if (!node.get(key).isTextual()) {
            throw WharfException.invalid(NAME + "." + key + " must be a string");
        }
        return node.get(key).asText();
    }

    private static long millis(JsonNode node, String key, long otherwise) {
        String text = text(node, key);
        if (text == null) {
            return otherwise;
        }
        long nanos = GoDuration.parse(text)
                .orElseThrow(() -> WharfException.invalid(NAME + "." + key + ": invalid duration \"" + text + "\""));
        return Math.max(1, nanos / NANOS_PER_MILLI);
    }
}
