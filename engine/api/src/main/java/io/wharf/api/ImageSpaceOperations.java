package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.contracts.CollectImages;
import io.wharf.contracts.ImageService;

/** The room that images take: pins, collection, totals. */
final class ImageSpaceOperations {
    private final ImageService images;

    ImageSpaceOperations(ImageService images) {
        this.images = images;
    }

    void register(Handlers handlers) {
        handlers.on("WharfImagePin", call -> pin(call, true))
                .on("WharfImageUnpin", call -> pin(call, false))
                .on("WharfImageCollect", this::collect)
                .on("WharfImageSpace", call -> images.space().map(space -> new Reply.Json(200, space)));
    }

    private Future<Reply> pin(Call call, boolean pinned) {
        return images.pin(call.query().text("name", ""), pinned).map(done -> Reply.Empty.NO_CONTENT);
    }

    private Future<Reply> collect(Call call) {
        String low = call.query().text("low");
        return images.collect(new CollectImages(call.query().flag("dryRun"), low == null || low.isEmpty() ? null : low))
                .map(collected -> new Reply.Json(200, collected));
    }
}
