package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.CommitContainer;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.WantedPlatform;
import io.wharf.streams.HandleTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What images there are: list, inspect, history, tag, remove, prune, commit. */
final class ImageOperations {
    private final ImageService images;
    private final ContainerService containers;
    private final HandleTable handles;

    ImageOperations(ImageService images, ContainerService containers, HandleTable handles) {
        this.images = images;
        this.containers = containers;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("ImageList", this::list)
                .on("ImageInspect", this::inspect)
                .on("ImageHistory", this::history)
                .on("ImageAttestations", this::attestations)
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
        boolean identity = call.version().atLeast(54) && call.query().flag("identity");
        if (identity && !call.query().flag("manifests")) {
            throw WharfException.invalid("conflicting options: identity requires manifests=1");
        }
        return images.list(new ImageService.ListImages(
                        call.query().flag("all"),
                        call.query().flag("digests"),
                        call.version().atLeast(42) && call.query().flag("shared-size"),
                        filters))
                .map(rows -> new Reply.Json(
                        200,
                        call.version().atLeast(51)
                                ? rows
                                : rows.stream()
                                        .map(row -> ImageBodies.summary(row, call.version()))
                                        .toList()));
    }

    private Future<Reply> inspect(Call call) {
        WantedPlatform platform = call.version().atLeast(49) ? ReadPlatform.of(call) : null;
        if (platform != null && call.version().atLeast(48) && call.query().flag("manifests")) {
            throw WharfException.invalid("conflicting options: manifests and platform options cannot both be set");
        }
        return images.inspect(call.path("name"), platform)
                .map(detail -> new Reply.Json(200, ImageBodies.detail(detail, call.version())));
    }

    private Future<Reply> history(Call call) {
        return images.history(call.path("name"), call.version().atLeast(48) ? ReadPlatform.of(call) : null)
                .map(steps -> new Reply.Json(200, steps));
    }

    private Future<Reply> attestations(Call call) {
        List<String> platforms = call.query().texts("platform");
        if (platforms.size() > 1) {
            throw WharfException.invalid("only one platform value is currently supported");
        }
        List<String> types = call.query().texts("type").stream()
                .map(String::strip)
                .filter(type -> !type.isEmpty())
                .toList();
        return images.attestations(
                        call.path("name"),
                        ReadPlatform.only(platforms),
                        types,
                        call.query().flag("statement"))
                .map(text -> new Reply.Bytes(Reply.JSON, handles.take(text)));
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
                        call.query().flag("noprune"),
                        call.version().atLeast(50)
                                ? ReadPlatform.only(call.query().texts("platforms"))
                                : null)
                .map(removed -> new Reply.Json(200, removed));
    }

    private Future<Reply> prune(Call call) {
        return images.prune(call.filters("dangling", "label", "label!", "until"))
                .map(pruned -> new Reply.Json(200, pruned));
    }

    private Future<Reply> commit(Call call) {
        Query query = call.query();
        CommitContainer request = new CommitContainer(
                call.required("container", "invalid name or ID supplied: \"\""),
                query.text("repo"),
                query.text("tag"),
                query.text("comment"),
                query.text("author"),
                query.flag("pause", true),
                call.body().toString().strip().equals("{}") ? null : ReadBody.orNull(call, ContainerConfig.class),
                query.texts("changes"));
        return containers.commit(request).map(id -> new Reply.Json(201, Map.of("Id", id)));
    }
}
