package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.contracts.BridgeDefaults;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.linux.Link;
import io.wharf.linux.LinkAddress;
import io.wharf.networking.BridgeLink.Present;
import io.wharf.networking.address.DefaultPools;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides on the addresses of the default bridge: it may have been there before, and its subnet may change. */
final class DefaultBridge {
    private DefaultBridge() {}

    /**
     * The network with its subnets: what was asked for, else what its link has, else what it had before if that is free,
     * else the first that is free.
     *
     * @param pools where subnets come from
     * @param ipv6 the same of IPv6
     * @param inUse by the host's routes and by other networks
     */
    static Network decide(
            Network network,
            EngineOptions options,
            DefaultPools pools,
            Supplier<DefaultPools> ipv6,
            Present present,
            Map<Subnet, String> inUse) {
        String name = options.bridge();
        BridgeDefaults told = options.networks().bridge();
        String address = Optional.ofNullable(options.bip())
                .or(() -> present.bridge(name).flatMap(link -> at(link, present)))
                .filter(cidr -> options.bip() != null || holds(cidr, told.fixedCidr()))
                .or(() -> Optional.ofNullable(told.fixedCidr()).map(DefaultBridge::first))
                .or(() -> earlier(network, Family.V4).filter(cidr -> isFree(cidr, inUse)))
                .orElseGet(() -> first(pools.firstFree(Family.V4, inUse).toString()));
        List<IpamConfig> configs = new ArrayList<>();
        configs.add(config(address, told.fixedCidr(), "DefaultGatewayIPv4", told.gateway()));
        if (told.ipv6()) {
            String six = Optional.ofNullable(told.bip6())
                    .or(() -> Optional.ofNullable(told.fixedCidrV6()).map(DefaultBridge::first))
                    .or(() -> earlier(network, Family.V6).filter(cidr -> isFree(cidr, inUse)))
                    .orElseGet(
                            () -> first(ipv6.get().firstFree(Family.V6, inUse).toString()));
            configs.add(config(six, told.fixedCidrV6(), "DefaultGatewayIPv6", told.gatewayV6()));
        }
        return network.with(
                told.ipv6(),
                new Ipam("default", null, configs),
                Network.defaultBridgeOptions(
                        name, options.firewall(), options.networks().mtu()));
    }

    /** A subnet by the host's address in it; refuses what lies outside. */
    private static IpamConfig config(String address, @Nullable String range, String wayOut, @Nullable String gateway) {
        Subnet subnet = Subnet.parse(address);
        if (!holds(address, range)) {
            throw WharfException.invalid(
                    "the range " + range + " is not within " + subnet + ", the subnet of the default bridge");
        }
        if (gateway != null && !subnet.contains(Ip.parse(gateway))) {
            throw WharfException.invalid("the default gateway " + gateway + " is not within " + subnet
                    + ", the subnet of the default bridge");
        }
        return new IpamConfig(
                subnet.toString(),
                range == null || Subnet.parse(range).equals(subnet)
                        ? null
                        : Subnet.parse(range).toString(),
                Ip.text(Ip.ofCidr(address)),
                gateway == null ? null : Map.of(wayOut, gateway));
    }

    private static boolean holds(String address, @Nullable String range) {
        if (range == null) {
            return true;
        }
        Subnet subnet = Subnet.parse(address);
        Subnet part = Subnet.parse(range);
        return subnet.family() == part.family() && subnet.prefix() <= part.prefix() && subnet.contains(part.at(0));
    }

    private static boolean isFree(String cidr, Map<Subnet, String> inUse) {
        return inUse.keySet().stream().noneMatch(Subnet.parse(cidr)::overlaps);
    }

    /** The first address of a subnet, with its prefix. */
    private static String first(String cidr) {
        Subnet subnet = Subnet.parse(cidr);
        return subnet.cidr(subnet.at(1));
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
    private static Optional<String> earlier(Network network, Family family) {
        List<IpamConfig> configs = network.configs(family);
        return configs.stream()
                .filter(config -> config.gateway() != null && config.subnet() != null)
                .map(config -> config.gateway()
                        + config.subnet().substring(config.subnet().indexOf('/')))
                .findFirst();
    }
}
