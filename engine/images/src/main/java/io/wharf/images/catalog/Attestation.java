package io.wharf.images.catalog;

import io.wharf.base.Digest;
import org.jspecify.annotations.Nullable;

/**
 * One in-toto statement about an image, as a builder put it beside the image's manifest in an index.
 *
 * @param manifest the manifest that holds it among its layers
 * @param predicateType a URI: what kind of statement it is
 * @param descriptor OCI's, as JSON
 * @param packed the statement's text, by gzip; null where it could not be had, or is too long to keep
 */
// Handed on and stored, never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Attestation(Digest manifest, String predicateType, String descriptor, byte @Nullable [] packed) {}
