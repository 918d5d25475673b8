/**
 * The process: flags and daemon.json, the lock on the roots, the verticles deployed in order and stopped in reverse,
 * signals and logging; and what the engine says of itself as a whole.
 *
 * <p>It alone knows every verticle. It holds no state of containers, images, networks or volumes.
 */
@NullMarked
package io.wharf.daemon;

import org.jspecify.annotations.NullMarked;
