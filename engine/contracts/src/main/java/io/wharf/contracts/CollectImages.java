package io.wharf.contracts;

import org.jspecify.annotations.Nullable;

/** A collection; {@code low} is a mark as in {@code daemon.json}, null for the one that is configured. */
public record CollectImages(boolean dryRun, @Nullable String low) {}
