/**
 * Tar archives, read and written by folder descriptors that no link can lead out of: GNU and PAX names, sparse files,
 * extended attributes, hard links, times to the nanosecond.
 *
 * <p>A library without state. Never follows a path beyond the root that it is given.
 */
@NullMarked
package io.wharf.tar;

import org.jspecify.annotations.NullMarked;
