package io.wharf.images.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.contracts.ContainerConfig;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes the config of an image that is made here: one layer on top of a parent, or alone. */
public final class NewConfig {
    private NewConfig() {}

    /** What is said of the new layer. */
    public record Step(
            String createdBy,
            String author,
            String comment,
            @Nullable Digest diff) {}

    /** The container that the layer was written in; images remember it, as those of Docker do. */
    public record Origin(String container, ContainerConfig config) {}

    public static byte[] write(
            @Nullable ImageConfig parent,
            ContainerConfig config,
            Step step,
            Platform platform,
            String version,
            @Nullable Origin origin) {
        String now = Times.rfc3339Nano(Instant.now());
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("architecture", platform.architecture());
        if (!platform.variant().isEmpty()) {
            root.put("variant", platform.variant());
        }
        put(root, "author", step.author());
        put(root, "comment", step.comment());
        root.set("config", Json.MAPPER.valueToTree(config));
        if (origin != null) {
            root.put("container", origin.container());
            root.set("container_config", Json.MAPPER.valueToTree(origin.config()));
        }
        root.put("created", now);
        root.put("docker_version", version);
        ArrayNode history = root.putArray("history");
        ArrayNode diffs = Json.MAPPER.createArrayNode();
        if (parent != null) {
            parent.history()
                    .forEach(old -> describe(
                            history.addObject(),
                            old.created(),
                            old.createdBy(),
                            old.author(),
                            old.comment(),
                            old.empty()));
            parent.diffs().forEach(diff -> diffs.add(diff.toString()));
        }
        if (step.diff() != null) {
            diffs.add(step.diff().toString());
        }
        describe(history.addObject(), now, step.createdBy(), step.author(), step.comment(), step.diff() == null);
        root.put("os", platform.os());
        root.putObject("rootfs").put("type", "layers").set("diff_ids", diffs);
        return Json.writeBytes(root);
    }

    private static void describe(
            ObjectNode step, String created, String createdBy, String author, String comment, boolean empty) {
        put(step, "created", created);
        put(step, "created_by", createdBy);
        put(step, "author", author);
        put(step, "comment", comment);
        if (empty) {
            step.put("empty_layer", true);
        }
    }

    private static void put(ObjectNode node, String key, String value) {
        if (!value.isEmpty()) {
            node.put(key, value);
        }
    }
}
