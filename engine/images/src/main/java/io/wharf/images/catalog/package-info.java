/**
 * The catalog: which images, names, layers, blobs and manifests there are, as committed rows and in memory.
 *
 * <p>It owns the tables of images. Rows come first; the memory follows when they are committed, and is confined to the
 * verticle's context. Bytes are none of its business.
 */
@NullMarked
package io.wharf.images.catalog;

import org.jspecify.annotations.NullMarked;
