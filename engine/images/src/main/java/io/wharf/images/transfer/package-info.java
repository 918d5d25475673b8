/**
 * Pull and push: images from registries into the store, and out of it, with what clients are told on the way.
 *
 * <p>It owns what runs: one pull for all who want the same.
 */
@NullMarked
package io.wharf.images.transfer;

import org.jspecify.annotations.NullMarked;
