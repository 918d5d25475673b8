package io.wharf.contracts;

import java.util.List;

/**
 * Where the bytes of images are.
 *
 * @param layersSize bytes of the files of all layers
 * @param blobs what becomes of packed bytes: {@code compact}, {@code keep} or {@code drop}
 * @param blobsKept packed layers that lie there as they came
 * @param blobsKeptSize their bytes
 * @param blobsRemade packed layers that are made again when they are asked for
 * @param blobsRemadeSize bytes that they would take
 * @param blobsWaiting of those that are kept, how many are still to be looked at
 * @param pinned ids of pinned images
 */
public record ImageSpace(
        long layersSize,
        String blobs,
        int blobsKept,
        long blobsKeptSize,
        int blobsRemade,
        long blobsRemadeSize,
        int blobsWaiting,
        List<String> pinned) {}
