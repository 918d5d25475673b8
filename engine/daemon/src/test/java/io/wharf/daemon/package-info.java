/** Tests of the way in: what is read before anything runs. */
@NullMarked
package io.wharf.daemon;

import org.jspecify.annotations.NullMarked;
