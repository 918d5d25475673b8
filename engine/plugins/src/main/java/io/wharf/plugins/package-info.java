/**
 * Plugins that speak Docker's first protocol: found by name in the usual folders, activated at first use, asked over HTTP on
 * a unix socket or TCP.
 *
 * <p>A library: whoever uses it owns what the plugins answer. Nothing is polled, and nobody waits for a plugin but those
 * who ask for it; one that does not answer is remembered for a while, so that lists go on without it.
 */
@NullMarked
package io.wharf.plugins;

import org.jspecify.annotations.NullMarked;
