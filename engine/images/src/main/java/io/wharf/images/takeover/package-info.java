/**
 * What comes over from a stopped Docker: its images out of its own store. Runs where no engine does.
 */
@NullMarked
package io.wharf.images.takeover;

import org.jspecify.annotations.NullMarked;
