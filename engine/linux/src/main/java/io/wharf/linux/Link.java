package io.wharf.linux;

import java.util.Optional;

/**
 * A network interface.
 *
 * @param kind as {@code bridge} or {@code veth}; empty for hardware and lo
 * @param flags {@code IFF_*}
 * @param master index of the bridge it is a port of; 0 for none
 * @param peer index of the other end of a veth, in its own namespace; 0 for none
 */
public record Link(
        int index,
        String name,
        String kind,
        Optional<MacAddress> mac,
        int mtu,
        int flags,
        int master,
        int peer,
        Counters counters) {
    private static final int IFF_UP = 1;

    /** What has passed since the link was made. */
    public record Counters(
            long rxPackets,
            long txPackets,
            long rxBytes,
            long txBytes,
            long rxErrors,
            long txErrors,
            long rxDropped,
            long txDropped) {
        static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0, 0, 0);
    }

    public boolean isUp() {
        return (flags & IFF_UP) != 0;
    }
}
