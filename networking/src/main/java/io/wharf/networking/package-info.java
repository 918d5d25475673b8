/**
 * Networks: bridges and veth pairs, addresses, the firewall, published ports.
 *
 * <p>Owns the table of networks, each container's network namespace with its endpoints, the sockets that hold published
 * ports, one bridge a network and one nftables table of its own. Publishes {@code NetworkService} and network events.
 * Everything made in the kernel is in the ledger first. It starts no program, and leaves other people's links and rules
 * alone but for accepts that are recorded, marked with its name and taken away again.
 */
@NullMarked
package io.wharf.networking;

import org.jspecify.annotations.NullMarked;
