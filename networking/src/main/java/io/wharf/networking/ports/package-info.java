/**
 * Ports of the host that lead to containers: what is wanted, what was taken, and the sockets that hold them.
 *
 * <p>Owns one bound socket for each published port and the copying of what no rule of the kernel can lead ({@code [::1]},
 * and IPv6 callers of containers that have IPv4 alone). It never writes rules.
 */
@NullMarked
package io.wharf.networking.ports;

import org.jspecify.annotations.NullMarked;
