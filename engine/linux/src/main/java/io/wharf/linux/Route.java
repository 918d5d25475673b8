package io.wharf.linux;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A unicast route.
 *
 * @param destination null with {@code prefix} 0: the default route
 * @param gateway null: the destination is on the link itself
 * @param link index of the outgoing interface; 0 lets the gateway decide
 * @param source preferred source address, or null
 * @param metric 0 for the kernel's own choice
 * @param table 254 for main
 */
public record Route(
        @Nullable InetAddress destination,
        int prefix,
        @Nullable InetAddress gateway,
        int link,
        @Nullable InetAddress source,
        int metric,
        int table) {
    public static final int MAIN = 254;

    public static Route defaultVia(InetAddress gateway, int link) {
        return new Route(null, 0, gateway, link, null, 0, MAIN);
    }

    public static Route onLink(InetAddress destination, int prefix, int link) {
        return new Route(destination, prefix, null, link, null, 0, MAIN);
    }

    public boolean isDefault() {
        return prefix == 0;
    }
}
