package io.wharf.images.transfer;

import io.wharf.base.Digest;

/** The bytes that a manifest names are not to be had: the layer goes in another form, and by another manifest. */
final class LostBlob extends RuntimeException {
    private static final long serialVersionUID = 1;

    LostBlob(Digest blob) {
        super("layer " + blob + " is not here any more");
    }
}
