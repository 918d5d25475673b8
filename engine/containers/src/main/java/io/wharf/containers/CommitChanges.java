package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService.CommitContainer;
import io.wharf.contracts.ImageService;
import io.wharf.oci.MergeImage;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes an image of a container's changes; its processes stand still meanwhile, if wanted. */
final class CommitChanges {
    private static final Logger LOG = LoggerFactory.getLogger(CommitChanges.class);

    /** What users leave out of the names of Docker Hub, and clients put in. */
    private static final Pattern FULL = Pattern.compile("^(index\\.)?docker\\.io/(library/)?");

    private final Room room;

    CommitChanges(Room room) {
        this.room = room;
    }

    Future<String> run(CommitContainer request) {
        Container container = room.containers().get(request.ref());
        boolean freeze = request.pause() && container.status() == Status.RUNNING;
        if (!freeze) {
            return commit(container, request);
        }
        return room.pools()
                .run(() -> Freezer.set(room, container, true))
                .compose(frozen -> commit(container, request)
                        .transform((id, failure) -> thaw(container)
                                .compose(thawed ->
                                        failure == null ? Future.succeededFuture(id) : Future.failedFuture(failure))));
    }

    private Future<Void> thaw(Container container) {
        // Somebody may have paused it for good in between; that is not ours to undo.
        if (container.status() == Status.PAUSED) {
            return Future.succeededFuture();
        }
        return room.pools().run(() -> Freezer.set(room, container, false)).recover(failure -> {
            LOG.warn("cannot let {} go on after a commit: {}", container.id(), failure.toString());
            return Future.succeededFuture();
        });
    }

    private Future<String> commit(Container container, CommitContainer request) {
        ContainerConfig own = container.config();
        ContainerConfig config = request.config() == null ? own : MergeImage.merge(request.config(), own);
        return room.images()
                .commit(new ImageService.CommitImage(
                        container.id(),
                        Digest.parse(container.definition().imageId()),
                        config,
                        own,
                        request.repository(),
                        request.tag(),
                        request.comment(),
                        request.author(),
                        request.changes()))
                .compose(image -> {
                    Map<String, String> more = new HashMap<>();
                    more.put("comment", request.comment() == null ? "" : request.comment());
                    more.put("imageID", image.toString());
                    more.put("imageRef", reference(request));
                    return room.table().announce(container, "commit", more).map(image.toString());
                });
    }

    private static String reference(CommitContainer request) {
        if (request.repository() == null || request.repository().isEmpty()) {
            return "";
        }
        String tag = request.tag();
        return FULL.matcher(request.repository()).replaceFirst("") + ":"
                + (tag == null || tag.isEmpty() ? "latest" : tag);
    }
}
