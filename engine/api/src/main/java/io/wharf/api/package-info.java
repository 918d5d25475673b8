/**
 * The HTTP front: requests become calls of the services in {@code engine/contracts}, answers become Docker's JSON.
 *
 * <p>It owns the listening sockets and nothing else. Routes come from the contract; a handler class for each group of
 * operations fills them, and start fails on any mismatch. It holds no state of a container, image, network or volume, and
 * never asks the kernel. {@link io.wharf.api.ApiVerticle} is the entry.
 */
@NullMarked
package io.wharf.api;

import org.jspecify.annotations.NullMarked;
