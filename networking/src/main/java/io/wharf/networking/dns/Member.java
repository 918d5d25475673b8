package io.wharf.networking.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * A container in a network, as names see it.
 *
 * @param names all that it answers to there, the container's own first: that one stands for its addresses
 * @param addresses of either family
 * @param links names that only this container uses, each with the name that it stands for
 * @param reachesOutside whether this network leads out
 */
public record Member(
        String containerId,
        List<String> names,
        List<InetAddress> addresses,
        Map<String, String> links,
        boolean reachesOutside) {
    public Member {
        names = List.copyOf(names);
        addresses = List.copyOf(addresses);
        links = Map.copyOf(links);
    }
}
