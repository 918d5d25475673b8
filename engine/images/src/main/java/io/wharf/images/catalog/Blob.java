package io.wharf.images.catalog;

import io.wharf.base.Digest;

/**
 * A form in which a layer travels.
 *
 * @param digest of its bytes, packed as they are
 * @param diff digest of the plain tar in it
 * @param kept whether its bytes lie in the content store; else only its name is known, from a push
 */
public record Blob(Digest digest, Digest diff, String mediaType, long size, boolean kept) {
    /** A size that only a registry knows. */
    public static final long UNKNOWN = 0;
}
