package io.wharf.images;

import io.vertx.core.Future;
import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.layers.AddImage;
import io.wharf.images.spec.Reference;
import org.jspecify.annotations.Nullable;

/** Gives an image one more name; a name that another image has moves over. */
final class TagImage {
    private final Store store;
    private final Images images;
    private final Lanes lanes;

    TagImage(Store store, Images images, Lanes lanes) {
        this.store = store;
        this.images = images;
        this.lanes = lanes;
    }

    Future<Void> run(String source, String repository, @Nullable String tag) {
        Reference name = Reference.target(repository, tag);
        return lanes.run(AddImage.LANE, () -> {
            Image image = images.get(source).taggedAt(Times.nowNanos());
            return store.write(tx -> {
                        ImageTable.putName(tx, name.full(), image.id());
                        ImageTable.putTagged(tx, image);
                        ImageEvents.tagged(tx, image, name);
                        return image;
                    })
                    .onSuccess(done -> {
                        images.add(image);
                        images.name(name.full(), image.id());
                    })
                    .mapEmpty();
        });
    }
}
