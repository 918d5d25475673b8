/**
 * Whole trees of volumes, copied, written as a tar and read from one, so exactly that nothing tells them from the original.
 *
 * <p>It knows folders and streams, and nothing of volumes' rows, users or events. All of it blocks, and belongs on threads of
 * its own.
 */
@NullMarked
package io.wharf.volumes.copies;

import org.jspecify.annotations.NullMarked;
