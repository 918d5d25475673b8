package io.wharf.images.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image's config, read from its bytes (OCI image-spec, config.md, with Docker's additions).
 *
 * @param created RFC 3339, empty where the image does not say
 * @param diffs digests of the layers' plain tars, lowest first
 */
public record ImageConfig(
        String created,
        String author,
        String comment,
        String dockerVersion,
        String architecture,
        String variant,
        String os,
        ContainerConfig config,
        List<Digest> diffs,
        List<Step> history) {

    /** A config is kept in memory as long as its image is here. */
    private static final int LARGEST = 2 << 20;

    /** More than any storage driver puts on one another. */
    private static final int MOST_LAYERS = 500;

    /** What an image without a config runs with. */
    public static final ContainerConfig NO_CONFIG = Json.read("{}", ContainerConfig.class);

    /** One step of how an image was made; an empty one has no layer. */
    public record Step(String created, String createdBy, String author, String comment, boolean empty) {}

    public static ImageConfig parse(byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw WharfException.invalid("invalid image config: it has more than " + LARGEST + " bytes");
        }
        try {
            JsonNode root = Json.MAPPER.readTree(bytes);
            if (!root.path("rootfs").isObject()) {
                throw WharfException.invalid("invalid image config: no rootfs");
            }
            List<Digest> diffs = new ArrayList<>();
            if (root.path("rootfs").path("diff_ids").size() > MOST_LAYERS) {
                throw WharfException.invalid("invalid image config: it has more than " + MOST_LAYERS + " layers");
            }
            root.path("rootfs").path("diff_ids").forEach(diff -> diffs.add(Digest.parse(diff.asText())));
            List<Step> history = new ArrayList<>();
            root.path("history").forEach(step -> history.add(step(step)));
            JsonNode config = root.path("config");
            return new ImageConfig(
                    text(root, "created"),
                    text(root, "author"),
                    text(root, "comment"),
                    text(root, "docker_version"),
                    text(root, "architecture"),
                    text(root, "variant"),
                    text(root, "os"),
                    config.isObject() ? Json.MAPPER.treeToValue(config, ContainerConfig.class) : NO_CONFIG,
                    List.copyOf(diffs),
                    List.copyOf(history));
        } catch (JsonProcessingException e) {
            throw WharfException.invalid("invalid image config: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw WharfException.internal("cannot read image config", e);
        }
    }

    private static Step step(JsonNode step) {
        return new Step(
                text(step, "created"),
                text(step, "created_by"),
                text(step, "author"),
                text(step, "comment"),
                step.path("empty_layer").asBoolean());
    }

    private static String text(JsonNode node, String key) {
        return node.path(key).asText("");
    }

    /** Seconds since the epoch, 0 where the image does not say. */
    long createdSeconds() {
        return seconds(created);
    }

    public static long seconds(@Nullable String time) {
        return time == null || time.isEmpty() ? 0 : Math.floorDiv(Times.parse(time), 1_000_000_000L);
    }
}
