/**
 * What clients hear of work that takes a while: one feed for all who listen, which ends the work when nobody does.
 */
@NullMarked
package io.wharf.images.progress;

import org.jspecify.annotations.NullMarked;
