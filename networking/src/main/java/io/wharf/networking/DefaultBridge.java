package io.wharf.networking;

import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.linux.Link;
import io.wharf.linux.LinkAddress;
import io.wharf.networking.BridgeLink.Present;
import io.wharf.networking.address.DefaultPools;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides on the addresses of the default bridge: it may have been there before, and its subnet may change. */
final class DefaultBridge {
    private DefaultBridge() {}

    /**
     * The network with its subnet: what was asked for, else what its link has, else what it had before if that is free, else
     * the first that is free.
     *
     * @param inUse by the host's routes and by other networks
     */
    static Network decide(
            Network network, EngineOptions options, DefaultPools pools, Present present, Map<Subnet, String> inUse) {
        String name = options.bridge();
        String address = Optional.ofNullable(options.bip())
                .or(() -> present.bridge(name).flatMap(link -> at(link, present)))
                .or(() -> earlier(network)
                        .filter(cidr -> inUse.keySet().stream().noneMatch(Subnet.parse(cidr)::overlaps)))
                .orElseGet(() -> {
                    Subnet free = pools.firstFree(Family.V4, inUse);
                    return free.cidr(free.at(1));
                });
        Subnet subnet = Subnet.parse(address);
        InetAddress gateway = Ip.ofCidr(address);
        return network.with(
                Network.ipam(subnet, gateway),
                Network.defaultBridgeOptions(
                        name, options.firewall(), options.networks().mtu()));
    }

    private static Optional<String> at(Link link, Present present) {
        return present.at(link.index()).stream()
                .filter(address -> address.address() instanceof Inet4Address)
                .findFirst()
                .map(DefaultBridge::cidr);
    }

    private static String cidr(LinkAddress address) {
        return Ip.text(address.address()) + "/" + address.prefix();
    }

    /** The host's address as it was, with its prefix. */
    private static Optional<String> earlier(Network network) {
        List<IpamConfig> configs = network.configs(Family.V4);
        return configs.stream()
                .filter(config -> config.gateway() != null && config.subnet() != null)
                .map(config -> config.gateway()
                        + config.subnet().substring(config.subnet().indexOf('/')))
                .findFirst();
    }
}
