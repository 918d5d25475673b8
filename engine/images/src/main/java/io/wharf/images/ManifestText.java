package io.wharf.images;

import io.wharf.base.Digest;

/** The exact text of a manifest and what it is. */
// Handed on and stored, never compared.
@SuppressWarnings("ArrayRecordComponent")
record ManifestText(Digest digest, String mediaType, byte[] body) {}
