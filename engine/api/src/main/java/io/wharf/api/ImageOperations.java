package io.wharf.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.CommitContainer;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ImageSummary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What images there are: list, inspect, history, tag, remove, prune, commit. */
final class ImageOperations {
    private final ImageService images;
    private final ContainerService containers;

    ImageOperations(ImageService images, ContainerService containers) {
        this.images = images;
        this.containers = containers;
    }

    void register(Handlers handlers) {
        handlers.on("ImageList", this::list)
                .on("ImageInspect", this::inspect)
                .on("ImageHistory", call -> images.history(call.path("name")).map(steps -> new Reply.Json(200, steps)))
                .on("ImageTag", this::tag)
                .on("ImageDelete", this::remove)
                .on("ImagePrune", this::prune)
                .on("ImageCommit", this::commit);
    }

    private Future<Reply> list(Call call) {
        Filters filters = call.filters("dangling", "label", "label!", "before", "since", "reference", "until");
        String reference = call.query().text("filter");
        if (reference != null && !call.version().atLeast(41)) {
            Map<String, List<String>> more = new HashMap<>(filters.values());
            more.put("reference", List.of(reference));
            filters = new Filters(more);
        }
        return images.list(new ImageService.ListImages(
                        call.query().flag("all"),
                        call.query().flag("digests"),
                        call.query().flag("shared-size"),
                        filters))
                .map(rows -> new Reply.Json(
                        200,
                        call.version().atLeast(44)
                                ? rows
                                : rows.stream()
                                        .map(row -> before44(row, call.version()))
                                        .toList()));
    }

    /** Adds what older clients expect: VirtualSize, and a pseudo name for images without one. */
    private static ObjectNode before44(ImageSummary row, ApiVersion version) {
        ObjectNode json = Json.MAPPER.valueToTree(row);
        json.put("VirtualSize", row.size());
        if (!version.atLeast(43)
                && row.repoTags().isEmpty()
                && row.repoDigests().isEmpty()) {
            json.putArray("RepoTags").add("<none>:<none>");
            json.putArray("RepoDigests").add("<none>@<none>");
        }
        return json;
    }

    private Future<Reply> inspect(Call call) {
        return images.inspect(call.path("name")).map(detail -> {
            if (call.version().atLeast(44)) {
                return new Reply.Json(200, detail);
            }
            ObjectNode json = Json.MAPPER.valueToTree(detail);
            return new Reply.Json(200, json.put("VirtualSize", detail.size()));
        });
    }

    private Future<Reply> tag(Call call) {
        return images.tag(
                        call.path("name"),
                        call.query().text("repo", ""),
                        call.query().text("tag"))
                .map(done -> Reply.Empty.CREATED);
    }

    private Future<Reply> remove(Call call) {
        return images.remove(
                        call.path("name"),
                        call.query().flag("force"),
                        call.query().flag("noprune"))
                .map(removed -> new Reply.Json(200, removed));
    }

    private Future<Reply> prune(Call call) {
        return images.prune(call.filters("dangling", "label", "label!", "until"))
                .map(pruned -> new Reply.Json(200, pruned));
    }

    private Future<Reply> commit(Call call) {
        Query query = call.query();
        CommitContainer request = new CommitContainer(
                query.text("container", ""),
                query.text("repo"),
                query.text("tag"),
                query.text("comment"),
                query.text("author"),
                query.flag("pause", true),
                ReadBody.orNull(call, ContainerConfig.class),
                query.texts("changes"));
        return containers.commit(request).map(id -> new Reply.Json(201, Map.of("Id", id)));
    }
}
