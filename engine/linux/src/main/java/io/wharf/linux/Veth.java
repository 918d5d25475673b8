package io.wharf.linux;

import org.jspecify.annotations.Nullable;

/**
 * A pair of connected links to make: this end here, the peer in another namespace.
 *
 * @param mac null: the kernel's random one
 * @param master index of the bridge that this end becomes a port of; 0 for none
 * @param mtu of both ends; 0 for the kernel's
 * @param peerNamespace null: the same namespace
 */
public record Veth(
        String name,
        @Nullable MacAddress mac,
        int master,
        int mtu,
        String peerName,
        @Nullable MacAddress peerMac,
        @Nullable Fd peerNamespace) {}
