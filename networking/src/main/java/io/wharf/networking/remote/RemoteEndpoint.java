package io.wharf.networking.remote;

import java.util.List;
import java.util.Map;

/**
 * An endpoint that a plugin is to make; texts are empty where there is no such thing.
 *
 * @param sandbox path of the namespace that its link goes into
 * @param address in CIDR form, {@code address6} likewise
 * @param options of the endpoint, for the driver
 */
public record RemoteEndpoint(
        String driver,
        String networkId,
        String id,
        String sandbox,
        String address,
        String address6,
        String mac,
        Map<String, String> options) {
    /**
     * What the plugin made.
     *
     * @param source name of its link on the host
     * @param gateway in the network, {@code gateway6} likewise
     */
    public record Joined(String source, String mac, String gateway, String gateway6, List<StaticRoute> routes) {}

    /**
     * A route that the plugin wants in the container.
     *
     * @param destination in CIDR form
     * @param nextHop empty for what is on the link itself
     */
    public record StaticRoute(String destination, String nextHop) {}
}
