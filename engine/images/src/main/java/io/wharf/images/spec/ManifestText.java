package io.wharf.images.spec;

import io.wharf.base.Digest;

/** The exact text of a manifest and what it is. */
// Handed on and stored, never compared.
@SuppressWarnings("ArrayRecordComponent")
public record ManifestText(Digest digest, String mediaType, byte[] body) {}
