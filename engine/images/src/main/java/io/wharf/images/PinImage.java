package io.wharf.images;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Uses;
import io.wharf.images.catalog.Uses.Use;
import io.wharf.images.layers.AddImage;

/** Writes down what is known of an image besides itself: that it is pinned, and when it was used. */
final class PinImage {
    private final Store store;
    private final Images images;
    private final Lanes lanes;

    PinImage(Store store, Images images, Lanes lanes) {
        this.store = store;
        this.images = images;
        this.lanes = lanes;
    }

    Future<Void> run(String name, boolean pinned) {
        return lanes.run(AddImage.LANE, () -> {
            Image image = images.get(name);
            Use before = images.uses().of(image.id());
            if (before.pinned() == pinned) {
                return Future.succeededFuture();
            }
            Use use = new Use(before.nanos(), pinned);
            return store.write(tx -> {
                        Uses.write(tx, image.id(), use);
                        ImageEvents.of(tx, image, pinned ? "pin" : "unpin");
                        return Boolean.TRUE;
                    })
                    .onSuccess(done -> images.uses().put(image.id(), use))
                    .mapEmpty();
        });
    }

    /** A container was made of the image, or started; nobody waits for it to be written. */
    void used(Digest id) {
        long now = Times.nowNanos();
        if (images.image(id).isEmpty() || !images.uses().touch(id, now)) {
            return;
        }
        store.write(tx -> {
            // The image may have gone, or have been pinned, by the time that this is written.
            tx.update(
                    "INSERT INTO image_use(image, used_ns, pinned) SELECT id, ?2, 0 FROM image WHERE id = ?1"
                            + " ON CONFLICT(image) DO UPDATE SET used_ns = ?2",
                    id.toString(),
                    now);
            return Boolean.TRUE;
        });
    }
}
