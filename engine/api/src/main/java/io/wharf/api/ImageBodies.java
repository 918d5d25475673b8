package io.wharf.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ImageService.ImageDetail;
import io.wharf.contracts.ImageService.ImageSummary;
import java.util.List;

/** Bodies about images in the shape that each version of the API gives them. */
final class ImageBodies {
    /** Of a container, and in an image by an accident of the implementation only; always empty, and gone with 1.50. */
    private static final List<String> NOT_OF_IMAGES = List.of(
            "Hostname",
            "Domainname",
            "AttachStdin",
            "AttachStdout",
            "AttachStderr",
            "Tty",
            "OpenStdin",
            "StdinOnce",
            "Image",
            "NetworkDisabled",
            "MacAddress",
            "StopTimeout");

    /** Left out where they are not set, since 1.52. */
    private static final List<String> OPTIONAL =
            List.of("Cmd", "Entrypoint", "Env", "Labels", "OnBuild", "User", "Volumes", "WorkingDir", "ExposedPorts");

    private static final List<String> OPTIONAL_TEXTS = List.of("Parent", "Comment", "DockerVersion", "Author");

    private static final JsonNode EMPTY = Json.MAPPER.valueToTree(Json.read("{}", ContainerConfig.class));

    private ImageBodies() {}

    /** A row of a list: before 1.51 containers are not counted, before 1.44 there is VirtualSize. */
    static ObjectNode summary(ImageSummary row, ApiVersion version) {
        ObjectNode json = Json.MAPPER.valueToTree(row);
        if (!version.atLeast(51)) {
            json.put("Containers", -1);
        }
        if (!version.atLeast(44)) {
            json.put("VirtualSize", row.size());
        }
        if (!version.atLeast(43)
                && row.repoTags().isEmpty()
                && row.repoDigests().isEmpty()) {
            json.putArray("RepoTags").add("<none>:<none>");
            json.putArray("RepoDigests").add("<none>@<none>");
        }
        return json;
    }

    static ObjectNode detail(ImageDetail detail, ApiVersion version) {
        ObjectNode json = Json.MAPPER.valueToTree(detail);
        if (!version.atLeast(44)) {
            json.put("VirtualSize", detail.size());
        }
        if (detail.created().isEmpty()) {
            if (version.atLeast(44)) {
                json.remove("Created");
            } else {
                json.put("Created", Times.ZERO);
            }
        }
        if (version.atLeast(45)) {
            json.remove(List.of("Container", "ContainerConfig"));
        } else {
            json.put("Container", detail.container());
            if (detail.containerConfig() == null) {
                json.set("ContainerConfig", EMPTY.deepCopy());
            }
        }
        if (version.atLeast(50) && json.get("Config") instanceof ObjectNode config) {
            config.remove(NOT_OF_IMAGES);
            if (version.atLeast(52)) {
                removeEmpty(config, OPTIONAL);
            }
        }
        if (version.atLeast(52)) {
            removeEmpty(json, OPTIONAL_TEXTS);
        }
        return json;
    }

    private static void removeEmpty(ObjectNode json, List<String> keys) {
        for (String key : keys) {
            JsonNode value = json.path(key);
            boolean empty = value.isTextual() ? value.textValue().isEmpty() : value.isEmpty();
            if (empty) {
                json.remove(key);
            }
        }
    }
}
