/**
 * The files inside containers: archives in and out, their changes against the image, exports.
 *
 * <p>Owns no table. Asks the containers for a view of a root and gives it back; never leaves that root.
 */
@NullMarked
package io.wharf.files;

import org.jspecify.annotations.NullMarked;
