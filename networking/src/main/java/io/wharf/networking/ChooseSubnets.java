package io.wharf.networking;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.networking.address.AddressPool;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.DefaultPools;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Completes what a client asked for of addresses: a subnet of each family where none was named, and gateways. */
final class ChooseSubnets {
    private final DefaultPools pools;
    private final NavigableMap<Subnet, String> ofNetworks;
    private final HostRoutes routes;
    private final int link;

    /**
     * Chooses among what is free.
     *
     * @param ofNetworks subnets of all other networks, and which that is, in words for an error
     * @param link index of the network's link where that is there already, else 0
     */
    ChooseSubnets(DefaultPools pools, NavigableMap<Subnet, String> ofNetworks, HostRoutes routes, int link) {
        this.pools = pools;
        this.ofNetworks = ofNetworks;
        this.routes = routes;
        this.link = link;
    }

    /** The network with all of its subnets. */
    Network complete(Network asked) {
        if (asked.ipam().driver().equals(Network.NO_IPAM)) {
            return asked;
        }
        List<IpamConfig> complete = new ArrayList<>();
        Map<Subnet, String> inUse = routes.inUse();
        for (Family family : Family.values()) {
            if (!asked.has(family)) {
                continue;
            }
            List<IpamConfig> configs = asked.configs(family);
            for (IpamConfig config : configs.isEmpty() ? List.of(Network.ANY_SUBNET) : configs) {
                Subnet subnet = subnet(asked, family, config, inUse);
                inUse.put(subnet, "another subnet of the same network");
                complete.add(complete(asked, subnet, config));
            }
        }
        return asked.with(new Ipam(asked.ipam().driver(), asked.ipam().options(), complete), asked.options());
    }

    private Subnet subnet(Network network, Family family, IpamConfig config, Map<Subnet, String> inUse) {
        Optional<Subnet> wanted = Optional.ofNullable(config.subnet())
                .filter(text -> !text.isEmpty())
                .map(Subnet::parse);
        if (wanted.isEmpty() || CheckIpam.isUnspecified(wanted.get())) {
            return pools.firstFree(family, wanted.map(Subnet::prefix).orElse(0), ofNetworks, inUse);
        }
        Subnet subnet = wanted.get();
        // Networks on the hardware of others may share a subnet, each with its own range of it.
        boolean shared = network.driver().kind() != Driver.Kind.BRIDGE && config.ipRange() != null;
        ofNetworks.entrySet().stream()
                .filter(other -> !shared && other.getKey().overlaps(subnet))
                .findFirst()
                .ifPresent(other -> overlaps(subnet, other.getValue()));
        if (network.driver().kind() == Driver.Kind.BRIDGE) {
            routes.inTheWay(subnet, link).ifPresent(what -> overlaps(subnet, what));
        }
        return subnet;
    }

    private static void overlaps(Subnet subnet, String what) {
        throw new WharfException(
                ErrorKind.FORBIDDEN,
                "invalid pool request: Pool overlaps with other one on this address space: " + subnet + " is taken by "
                        + what);
    }

    private static IpamConfig complete(Network network, Subnet subnet, IpamConfig config) {
        AddressPool pool = pool(subnet, config, null, network.name());
        String wanted = Objects.requireNonNullElse(config.gateway(), "");
        String gateway = null;
        try {
            if (!wanted.isEmpty()) {
                gateway = Ip.text(pool.take(Ip.parse(wanted)));
            } else if (network.wantsGateway(subnet.family())) {
                gateway = Ip.text(pool.take());
            }
        } catch (WharfException e) {
            throw WharfException.internal("failed to allocate gateway (" + wanted + "): " + e.getMessage(), e);
        }
        return new IpamConfig(subnet.toString(), config.ipRange(), gateway, config.auxiliaryAddresses());
    }

    /** The addresses of a network that is complete. */
    static AddressSpace space(Network network) {
        String label = network.name() + " (" + network.id() + ")";
        return new AddressSpace(
                network.ipam().config().stream()
                        .filter(config -> config.subnet() != null)
                        .map(config -> {
                            Subnet subnet = Subnet.parse(Objects.requireNonNull(config.subnet()));
                            return pool(subnet, config, config.gateway(), label);
                        })
                        .toList(),
                label);
    }

    private static AddressPool pool(Subnet subnet, IpamConfig config, @Nullable String gateway, String label) {
        String range = config.ipRange();
        Collection<InetAddress> auxiliary = config.auxiliaryAddresses() == null
                ? List.of()
                : config.auxiliaryAddresses().values().stream().map(Ip::parse).toList();
        return new AddressPool(
                subnet,
                range == null || range.isEmpty() ? null : Subnet.parse(range),
                gateway == null || gateway.isEmpty() ? null : Ip.parse(gateway),
                auxiliary,
                label);
    }
}
