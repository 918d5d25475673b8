package io.wharf.images;

import io.wharf.base.Digest;

/** A manifest or index by which an image came or went; its text is read from the store when it is needed. */
record Manifest(Digest digest, Digest image, String mediaType) {}
