/**
 * Storage drivers: how roots of containers are put together out of layers, and what a container changed in one is found.
 *
 * <p>It owns the folder {@code rw} of the data root, unions that a driver keeps, and the mounts below {@code rootfs} of the
 * exec root. Drivers block; whoever calls them has threads for that. They know layers as folders only, not which image has
 * them.
 */
@NullMarked
package io.wharf.images.drivers;

import org.jspecify.annotations.NullMarked;
