/**
 * Bytes on their way: the hand-over table, adapters between blocking code and Vert.x streams, Docker's stream framing,
 * detach keys and log files.
 *
 * <p>Everything here keeps to backpressure and bounded memory. It knows nothing of containers or HTTP.
 */
@NullMarked
package io.wharf.streams;

import org.jspecify.annotations.NullMarked;
