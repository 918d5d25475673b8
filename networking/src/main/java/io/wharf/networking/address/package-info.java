/**
 * Addresses of both families: reading and writing them, subnets, which addresses of a network are taken, and where the
 * subnet of a network comes from that nobody named.
 *
 * <p>Pure arithmetic: it owns no state of its own, looks up no name, and makes nothing in the kernel.
 */
@NullMarked
package io.wharf.networking.address;

import org.jspecify.annotations.NullMarked;
