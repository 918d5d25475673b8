/**
 * Networks on a link of the host: containers get links of their own at it, as macvlan or ipvlan, and are neighbours of the
 * host's neighbours.
 *
 * <p>Reads their options, and makes the parent where the host has none yet: a VLAN of another link, or a dummy that leads
 * nowhere. Keeps no state; who owns a parent stands in the ledger.
 */
@NullMarked
package io.wharf.networking.vlan;

import org.jspecify.annotations.NullMarked;
