package io.wharf.networking.firewall;

import io.wharf.base.WharfException;

/** What stands between a bridge and the world outside, for one family of addresses (Docker's gateway modes). */
public enum GatewayMode {
    /** Addresses are translated on the way out, and ports are reached only where they are published. */
    NAT("nat"),
    /** As {@link #NAT}, but who has a route to a container's address reaches all of its ports. */
    NAT_UNPROTECTED("nat-unprotected"),
    /** Addresses are not translated; published ports, and ICMP, are reached at the container's own address. */
    ROUTED("routed"),
    /** There is no world outside, and the host has no address on the bridge; for internal networks alone. */
    ISOLATED("isolated");

    private final String word;

    GatewayMode(String word) {
        this.word = word;
    }

    /** Reads Docker's word. */
    public static GatewayMode of(String word) {
        for (GatewayMode mode : values()) {
            if (mode.word.equals(word)) {
                return mode;
            }
        }
        throw WharfException.invalid("unknown gateway mode " + word);
    }

    /** Whether ports of the host's addresses lead to containers. */
    public boolean translates() {
        return this == NAT || this == NAT_UNPROTECTED;
    }

    /** Docker's word. */
    @Override
    public String toString() {
        return word;
    }
}
