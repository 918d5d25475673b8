/** Tests of the streams room. */
@NullMarked
package io.wharf.streams;

import org.jspecify.annotations.NullMarked;
