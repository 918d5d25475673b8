/** Tests of the stats room. */
@NullMarked
package io.wharf.stats;

import org.jspecify.annotations.NullMarked;
