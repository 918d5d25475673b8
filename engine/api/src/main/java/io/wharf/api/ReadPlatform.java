package io.wharf.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.WantedPlatform;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads platforms that are written as JSON objects, as OCI's image-spec has them. */
final class ReadPlatform {
    private ReadPlatform() {}

    /** The query's {@code platform}, null for none; several mean nothing where each image is kept for one. */
    static @Nullable WantedPlatform of(Call call) {
        List<String> given = call.query().texts("platform");
        if (given.size() > 1 && !call.version().atLeast(52)) {
            throw WharfException.invalid("multiple platform parameters are not supported in this API version;"
                    + " use API version 1.52 or later");
        }
        return only(given);
    }

    static @Nullable WantedPlatform only(List<String> given) {
        List<WantedPlatform> read = given.stream()
                .filter(text -> !text.isEmpty())
                .map(ReadPlatform::parse)
                .toList();
        if (read.size() > 1) {
            throw WharfException.invalid("multiple platforms are not supported: of each image one is kept here");
        }
        return read.isEmpty() ? null : read.getFirst();
    }

    private static WantedPlatform parse(String text) {
        JsonNode node;
        try {
            node = Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw WharfException.invalid("failed to parse platform: " + e.getOriginalMessage());
        }
        if (!node.isObject()) {
            throw WharfException.invalid("failed to parse platform: not an object");
        }
        String os = text(node, "os");
        String architecture = text(node, "architecture");
        String variant = text(node, "variant");
        boolean optional = !variant.isEmpty()
                || !text(node, "os.version").isEmpty()
                || !node.path("os.features").isEmpty();
        if (os.isEmpty() && architecture.isEmpty() && optional) {
            throw WharfException.invalid("optional platform fields provided, but OS and Architecture are missing");
        }
        if (os.isEmpty() || architecture.isEmpty()) {
            throw WharfException.invalid("both OS and Architecture must be provided");
        }
        return new WantedPlatform(os, architecture, variant);
    }

    private static String text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (!value.isMissingNode() && !value.isNull() && !value.isTextual()) {
            throw WharfException.invalid("failed to parse platform: " + key + " is no text");
        }
        return value.asText("");
    }
}
