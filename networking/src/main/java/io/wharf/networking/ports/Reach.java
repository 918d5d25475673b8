package io.wharf.networking.ports;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where published ports of a container lead.
 *
 * @param ipv4 its address behind the gateway for this family, or null
 * @param ipv6 likewise
 * @param routed4 whether that address is reached as it is, without a port of the host; likewise {@code routed6}
 */
public record Reach(@Nullable InetAddress ipv4, @Nullable InetAddress ipv6, boolean routed4, boolean routed6) {
    /** Of a container that nothing is published for: without a network, or in internal ones alone. */
    public static final Reach NOWHERE = new Reach(null, null, false, false);

    @Nullable
    InetAddress address(boolean v6) {
        return v6 ? ipv6 : ipv4;
    }

    boolean routed(boolean v6) {
        return v6 ? routed6 : routed4;
    }
}
