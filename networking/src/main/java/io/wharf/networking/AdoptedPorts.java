package io.wharf.networking;

import io.wharf.linux.Link;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Netlink;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ports of the default bridge that an earlier engine made, which may have been told otherwise of its containers' talk with
 * each other. Networks of users keep what they were made with, and their ports with them.
 */
final class AdoptedPorts {
    private static final Logger LOG = LoggerFactory.getLogger(AdoptedPorts.class);

    private final Netlink host;
    private final boolean icc;
    private final List<Link> links;

    /**
     * To be made once the networks are up and know their members.
     *
     * @param present links of the host by name
     */
    AdoptedPorts(Netlink host, Networks networks, Map<String, Link> present) {
        this.host = host;
        List<Bridge> bridges = networks.bridges().stream()
                .filter(bridge -> bridge.network().isDefaultBridge())
                .toList();
        this.icc = bridges.stream()
                .allMatch(bridge -> bridge.network().bridgeOptions().icc());
        this.links = bridges.isEmpty()
                ? List.of()
                : networks.members().stream()
                        .flatMap(member -> member.endpoints().stream())
                        .filter(Endpoint::isPortOfBridge)
                        .filter(endpoint -> endpoint.networkId()
                                .equals(bridges.getFirst().network().id()))
                        .flatMap(endpoint -> Stream.ofNullable(present.get(endpoint.veth())))
                        .toList();
    }

    boolean isNeeded() {
        return !links.isEmpty();
    }

    /** Blocking, for a pool's thread. */
    void keepApart() {
        boolean isolated = !icc && !Wiring.rulesSeeBridges();
        for (Link link : links) {
            try {
                host.isolate(link.index(), isolated);
            } catch (LinuxException e) {
                // Gone in between, or no port of the bridge any more: nothing that the others are to suffer from.
                LOG.warn("{} is not kept from other containers as --icc says: {}", link.name(), e.getMessage());
            }
        }
    }
}
