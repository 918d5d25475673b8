/**
 * What documents of OCI and Docker say: names of images, platforms, descriptors, manifests and configs, read and written.
 *
 * <p>It knows bytes and words alone: no disk, no network, no state.
 */
@NullMarked
package io.wharf.images.spec;

import org.jspecify.annotations.NullMarked;
