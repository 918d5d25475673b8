package io.wharf.images;

/** How layers say that something below them is gone: by names in a tar, by an attribute in overlayfs. */
final class Whiteouts {
    /** Before the name of what is gone. */
    static final String PREFIX = ".wh.";
    /** A file of this name: nothing of the folder shines through. */
    static final String OPAQUE = ".wh..wh..opq";
    /** Before names of an old driver's own. */
    static final String AUFS = ".wh..wh.";
    /** On a folder of which nothing shines through; its value is {@code y}. */
    static final String OPAQUE_XATTR = "trusted.overlay.opaque";

    private Whiteouts() {}
}
