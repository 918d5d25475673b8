/**
 * The {@code local} driver: volumes as folders below the data root, with or without a limit, as file systems in files of
 * their own, and as mounts of whatever the kernel can mount.
 *
 * <p>It alone writes below the volumes folder, and mounts there. What it mounts is in the ledger first.
 */
@NullMarked
package io.wharf.volumes.local;

import org.jspecify.annotations.NullMarked;
