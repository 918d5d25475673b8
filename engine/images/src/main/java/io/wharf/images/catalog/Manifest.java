package io.wharf.images.catalog;

import io.wharf.base.Digest;

/** A manifest or index by which an image came or went; its text is read from the store when it is needed. */
public record Manifest(Digest digest, Digest image, String mediaType) {}
