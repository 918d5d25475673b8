package io.wharf.images.layers;

import io.wharf.base.Digest;
import io.wharf.images.drivers.LayerFolder;
import java.nio.file.Path;

/**
 * A layer that was just unpacked and stands under a temporary name.
 *
 * @param folder its folder, as {@link LayerFolder} describes it
 * @param diffId digest of its plain tar
 * @param tarBytes of the plain tar
 * @param contentBytes of the files in it
 * @param blobDigest digest of the bytes as they came
 * @param blobBytes how many of them came
 * @param blobFile those bytes, where they were to be kept; else a name without a file
 */
public record NewLayer(
        Path folder,
        Digest diffId,
        long tarBytes,
        long contentBytes,
        Digest blobDigest,
        long blobBytes,
        Path blobFile) {
    public NewLayer withBlobFile(Path other) {
        return new NewLayer(folder, diffId, tarBytes, contentBytes, blobDigest, blobBytes, other);
    }
}
