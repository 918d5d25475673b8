package io.wharf.images.drivers;

/**
 * The parts of a layer's folder.
 *
 * <pre>
 * diff/       the files, as overlayfs wants them
 * root        there where the tar tells of the root folder itself
 * split.gz    how the tar was put together, where its compressed blob is not kept
 * replaced    which files of the tar lie in shadow/
 * shadow/N    what a later entry of the same tar replaced
 * </pre>
 */
public final class LayerFolder {
    public static final String DIFF = "diff";
    static final String ROOT = "root";

    private LayerFolder() {}
}
