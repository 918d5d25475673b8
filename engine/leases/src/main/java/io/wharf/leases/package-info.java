/**
 * Leases: a client holds one by a connection and labels what it makes; when the connection ends, all that goes.
 *
 * <p>Owns the table of leases and announces when one begins, ends and is gone. It asks containers, networks, volumes and
 * images to remove what carries a lease's label, and nothing else ever; nobody but the API asks it. Where something of that
 * is in use it follows the events until it is free. Nothing here refuses a label: one that names no lease is a label like
 * any other.
 */
@NullMarked
package io.wharf.leases;

import org.jspecify.annotations.NullMarked;
