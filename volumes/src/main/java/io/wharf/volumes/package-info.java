/**
 * Volumes: folders that outlive containers, who uses them, and their first content.
 *
 * <p>It alone writes below the volumes folder and in its tables. It never deletes a user's data in a repair: only a
 * removal that was asked for does.
 */
@NullMarked
package io.wharf.volumes;

import org.jspecify.annotations.NullMarked;
