package io.wharf.images.drivers;

/** How layers say that something below them is gone: by names in a tar, by an attribute in overlayfs. */
public final class Whiteouts {
    /** Before the name of what is gone. */
    public static final String PREFIX = ".wh.";
    /** A file of this name: nothing of the folder shines through. */
    public static final String OPAQUE = ".wh..wh..opq";
    /** Before names of an old driver's own. */
    public static final String AUFS = ".wh..wh.";
    /** On a folder of which nothing shines through; its value is {@code y}. */
    public static final String OPAQUE_XATTR = "trusted.overlay.opaque";

    private Whiteouts() {}
}
