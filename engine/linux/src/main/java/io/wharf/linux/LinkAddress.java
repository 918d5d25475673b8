package io.wharf.linux;

import java.net.InetAddress;

/**
 * An IP address on a link.
 *
 * @param prefix length of the network part in bits
 */
public record LinkAddress(int link, InetAddress address, int prefix) {}
