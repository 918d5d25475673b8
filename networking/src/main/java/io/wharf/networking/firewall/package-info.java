/**
 * The engine's rules in nftables: isolation of bridges, published ports, masquerading.
 *
 * <p>Owns one table for each engine, named by its default bridge, whose chain {@code user} is the administrator's and never
 * changed here; and marked accepts in foreign chains that would drop the bridges' packets. What belongs to a bridge or a
 * port is elements of maps, so that the cost of a packet does not grow with their number. Each change is one transaction.
 * It listens to other programs' changes, and puts back what they took away. It makes no links and holds no ports.
 */
@NullMarked
package io.wharf.networking.firewall;

import org.jspecify.annotations.NullMarked;
