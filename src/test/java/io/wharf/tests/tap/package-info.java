/**
 * Listens between clients and the engine, and holds every reply against the contract.
 *
 * <p>Owns the socket that clients of a test are given. Passes bytes on as they are, in both ways; reads requests and
 * replies on the side, finds each one's operation and collects what the contract does not say. Never changes a byte, and
 * never judges requests: what a test sends is its own affair.
 */
@NullMarked
package io.wharf.tests.tap;

import org.jspecify.annotations.NullMarked;
