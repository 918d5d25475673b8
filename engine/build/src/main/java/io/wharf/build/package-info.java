/**
 * From a Dockerfile to an image; the room is reserved and its verticle answers for it.
 *
 * <p>Nothing builds here yet: a build is refused in words, and there is no cache to empty.
 */
@NullMarked
package io.wharf.build;

import org.jspecify.annotations.NullMarked;
