package io.wharf.networking;

import io.wharf.base.Times;
import io.wharf.contracts.ContainerDetail.EndpointSettings;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkService.ConfigReference;
import io.wharf.contracts.NetworkService.EndpointResource;
import io.wharf.contracts.NetworkService.IpamStatus;
import io.wharf.contracts.NetworkService.NetworkDetail;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkService.Status;
import io.wharf.contracts.NetworkService.SubnetStatus;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.networking.address.AddressPool;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.ports.PublishedPort;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Networks and memberships as the contracts show them. */
final class Views {
    /** The most that a field of 64 bits without sign holds. */
    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    private Views() {}

    /** A container in another's namespace shows that one's path and nothing of its own. */
    static Sandbox sandbox(Membership membership, Networks networks) {
        if (!membership.sharedWith().isEmpty()) {
            String path = networks.member(membership.sharedWith())
                    .map(Membership::netns)
                    .orElse("");
            return new Sandbox(path, "", "", Map.of(), Map.of(), List.of());
        }
        Map<String, EndpointSettings> endpoints = new LinkedHashMap<>();
        Map<String, String> drivers = new LinkedHashMap<>();
        for (Endpoint endpoint : membership.endpoints()) {
            endpoints.put(endpoint.network(), settings(endpoint));
            drivers.put(endpoint.network(), endpoint.driver());
        }
        return new Sandbox(
                membership.netns(),
                membership.sandboxId(),
                membership.netns(),
                endpoints,
                ports(membership),
                Naming.servers(membership),
                drivers);
    }

    private static EndpointSettings settings(Endpoint endpoint) {
        EndpointConfig asked = endpoint.asked();
        return new EndpointSettings(
                asked.ipamConfig(),
                asked.links().isEmpty() ? null : asked.links(),
                asked.aliases().isEmpty() ? null : asked.aliases(),
                endpoint.mac(),
                asked.driverOpts().isEmpty() ? null : asked.driverOpts(),
                asked.gwPriority(),
                endpoint.networkId(),
                endpoint.id(),
                endpoint.gateway(),
                address(endpoint, Family.V4),
                prefix(endpoint, Family.V4),
                endpoint.gateway6(),
                address(endpoint, Family.V6),
                prefix(endpoint, Family.V6),
                null);
    }

    private static String address(Endpoint endpoint, Family family) {
        return endpoint.inet(family).map(Ip::text).orElse("");
    }

    private static int prefix(Endpoint endpoint, Family family) {
        return endpoint.cidr(family).isEmpty() ? 0 : endpoint.prefix(family);
    }

    /** Ports that are exposed and not published have an empty list. */
    private static Map<String, List<PortBinding>> ports(Membership membership) {
        Map<String, List<PortBinding>> ports = new LinkedHashMap<>();
        membership.exposed().forEach(port -> ports.put(port, new ArrayList<>()));
        for (PublishedPort port : membership.ports()) {
            ports.computeIfAbsent(port.key(), key -> new ArrayList<>())
                    .add(new PortBinding(port.hostIp(), port.hostPort() == 0 ? "" : String.valueOf(port.hostPort())));
        }
        ports.replaceAll((key, bindings) -> List.copyOf(bindings));
        return ports;
    }

    /** A network without its containers, as lists show it. */
    static NetworkDetail network(Network network) {
        return network(network, Map.of(), null);
    }

    static NetworkDetail withContainers(Network network, Networks networks) {
        Map<String, EndpointResource> containers = new LinkedHashMap<>();
        for (Membership membership : networks.members()) {
            for (Endpoint endpoint : membership.endpoints()) {
                if (endpoint.networkId().equals(network.id())) {
                    containers.put(
                            membership.containerId(),
                            new EndpointResource(
                                    membership.name(),
                                    endpoint.id(),
                                    endpoint.mac(),
                                    endpoint.address(),
                                    endpoint.address6()));
                }
            }
        }
        return network(network, containers, status(network, networks));
    }

    private static Status status(Network network, Networks networks) {
        Map<String, SubnetStatus> subnets = new LinkedHashMap<>();
        networks.claims().space(network.id()).ifPresent(space -> {
            for (AddressPool pool : space.pools()) {
                subnets.put(
                        pool.subnet().toString(),
                        new SubnetStatus(
                                BigInteger.valueOf(pool.used()),
                                pool.available().min(MOST)));
            }
        });
        return new Status(new IpamStatus(subnets));
    }

    private static NetworkDetail network(
            Network network, Map<String, EndpointResource> containers, @Nullable Status status) {
        return new NetworkDetail(
                network.name(),
                network.id(),
                Times.rfc3339Nano(network.createdNanos()),
                network.scope(),
                network.driver().toString(),
                network.enableIpv4(),
                network.enableIpv6(),
                network.ipam(),
                network.internal(),
                network.attachable(),
                false,
                new ConfigReference(network.configFrom()),
                network.configOnly(),
                containers,
                network.options(),
                network.labels(),
                status);
    }
}
