package io.wharf.images.catalog;

import io.wharf.base.Tx;
import io.wharf.images.spec.Reference;
import java.util.LinkedHashMap;
import java.util.Map;

/** The events of images: Docker's names, with the image's labels and a {@code name} among the attributes. */
public final class ImageEvents {
    private ImageEvents() {}

    /** An event whose actor is the image. */
    public static void of(Tx tx, Image image, String action) {
        announce(tx, image, action, image.id().toString(), image.id().toString());
    }

    /** An event that nobody asked for says why; an empty reason is none. */
    public static void because(Tx tx, Image image, String action, String reason) {
        if (reason.isEmpty()) {
            of(tx, image, action);
            return;
        }
        Map<String, String> attributes = attributes(image, image.id().toString());
        attributes.put("reason", reason);
        tx.announce("image", action, image.id().toString(), attributes);
    }

    public static void tagged(Tx tx, Image image, Reference name) {
        announce(tx, image, "tag", image.id().toString(), name.familiar());
    }

    /** A pull or a push, whose actor is the name that was asked for. */
    public static void moved(Tx tx, Image image, String action, Reference name) {
        announce(tx, image, action, name.familiar(), name.familiarName());
    }

    public static void pruned(Tx tx, long reclaimed) {
        tx.announce("image", "prune", "", Map.of("reclaimed", Long.toString(reclaimed)));
    }

    private static void announce(Tx tx, Image image, String action, String actor, String name) {
        tx.announce("image", action, actor, attributes(image, name));
    }

    private static Map<String, String> attributes(Image image, String name) {
        Map<String, String> attributes =
                new LinkedHashMap<>(image.config().config().labels());
        attributes.put("name", name);
        return attributes;
    }
}
