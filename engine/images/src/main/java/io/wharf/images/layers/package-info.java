/**
 * Layers on disk: unpacked, packed again, recorded, verified, held by work under way, and committed with their image.
 *
 * <p>It owns the folders {@code layers}, {@code blobs} and {@code ingest} of the data root. A layer's folder is whole or absent;
 * what is held stays. Where bytes come from and go to is not its business.
 */
@NullMarked
package io.wharf.images.layers;

import org.jspecify.annotations.NullMarked;
