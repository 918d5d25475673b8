package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.core.Future;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The networks verticle's answers. {@code ref} is an id, a unique prefix of one, or a name; an unknown one is a 404
 * {@code network ref not found}.
 */
public interface NetworkService {
    Future<List<NetworkDetail>> list(Filters filters);

    Future<NetworkDetail> inspect(String ref, boolean verbose);

    Future<CreatedNetwork> create(CreateNetwork request);

    Future<Void> remove(String ref);

    Future<List<String>> prune(Filters filters);

    /**
     * Gives a container its network sandbox: namespace, endpoints and published ports, all or nothing. Called by
     * containers before the runtime is; asked again for a container that has one, it answers what stands.
     */
    Future<Sandbox> join(JoinNetworks request);

    /**
     * Gives a container that has a sandbox one more endpoint; gateways and published ports move where the order of its
     * networks then has them. A network that it is in already is FORBIDDEN.
     *
     * @param container as it was joined
     */
    Future<Sandbox> connect(JoinNetworks container, String network, EndpointConfig asked);

    /** What {@link #disconnect} would leave of a container's sandbox. */
    Future<Sandbox> planDisconnect(JoinNetworks container, String network);

    /** Takes an endpoint away from a container that has a sandbox, and answers what is left. */
    Future<Sandbox> disconnect(JoinNetworks container, String network);

    /** Whether a container without a sandbox could be given that endpoint; answers the network's name. */
    Future<String> checkConnect(JoinNetworks container, String network, EndpointConfig asked);

    /** Takes away what a container that there is not any more, by id or name, still has in a network. */
    Future<Void> dropEndpoint(String network, String container);

    /**
     * Publishes what the request says instead of what is published now, for a container that has a sandbox. What is in both
     * stays untouched; a port that is taken refuses all.
     */
    Future<Sandbox> publish(JoinNetworks request);

    /** Takes the sandbox away: ports, endpoints, namespace; none there is fine. */
    Future<Void> leave(String containerId);

    /** A container has another name now, without slash; one without a sandbox is fine. */
    Future<Void> rename(String containerId, String name);

    /**
     * Called once by containers at its recovery with those that run, by id: their sandboxes are adopted and their rules
     * set anew, all others taken away, and so are endpoints that are not among theirs. Answers the sandboxes of those
     * that have fewer endpoints than they were said to, or publish other ports.
     */
    Future<Map<String, Sandbox>> keepSandboxesOf(Map<String, KeptSandbox> containers);

    /**
     * Checks modes, names, addresses and ports of a container about to be created; refuses as Docker does. Answers the
     * endpoints that it is to have, by the names of their networks as far as these are there.
     */
    Future<NetworkingConfig> check(JoinNetworks request);

    /** Who is the bridge {@code docker0} here, and how the firewall is driven, for {@code docker info}. */
    Future<NetworkFacts> facts();

    /** Names of the drivers: the engine's own, and plugins that are there and answer. */
    Future<List<String>> drivers();

    /** One network, as {@code GET /networks/{id}} shows it. */
    record NetworkDetail(
            String name,
            @JsonProperty("Id") String id,
            String created,
            String scope,
            String driver,
            @JsonProperty("EnableIPv4") boolean enableIpv4,
            @JsonProperty("EnableIPv6") boolean enableIpv6,
            @JsonProperty("IPAM") Ipam ipam,
            boolean internal,
            boolean attachable,
            boolean ingress,
            ConfigReference configFrom,
            boolean configOnly,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Map<String, EndpointResource> containers,

            Map<String, String> options,
            Map<String, String> labels,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Status status) {
        /** The same with no more than the definition of a network, as lists show it. */
        public NetworkDetail withoutContainers() {
            return with(null, null);
        }

        public NetworkDetail withoutStatus() {
            return with(containers, null);
        }

        private NetworkDetail with(@Nullable Map<String, EndpointResource> members, @Nullable Status given) {
            return new NetworkDetail(
                    name,
                    id,
                    created,
                    scope,
                    driver,
                    enableIpv4,
                    enableIpv6,
                    ipam,
                    internal,
                    attachable,
                    ingress,
                    configFrom,
                    configOnly,
                    members,
                    options,
                    labels,
                    given);
        }
    }

    /** What has been given away of a network. */
    record Status(@JsonProperty("IPAM") IpamStatus ipam) {}

    /** By subnet in CIDR form. */
    record IpamStatus(Map<String, SubnetStatus> subnets) {}

    /**
     * Addresses of a subnet, 2^64-1 for more than that.
     *
     * @param ipsInUse given away, or never given
     * @param dynamicIpsAvailable that may still be given to containers which ask for none
     */
    record SubnetStatus(
            @JsonProperty("IPsInUse") BigInteger ipsInUse,

            @JsonProperty("DynamicIPsAvailable") BigInteger dynamicIpsAvailable) {}

    /** How addresses are given. */
    record Ipam(String driver, @Nullable Map<String, String> options, List<IpamConfig> config) {
        public Ipam {
            driver = Lists.text(driver);
            config = Lists.copy(config);
        }
    }

    /** A subnet in CIDR form with its gateway. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record IpamConfig(
            @Nullable String subnet,
            @JsonProperty("IPRange") @Nullable String ipRange,
            @Nullable String gateway,
            @Nullable Map<String, String> auxiliaryAddresses) {}

    /** The network whose configuration this one takes. */
    record ConfigReference(String network) {}

    /** A container's endpoint, as network inspect shows it. */
    record EndpointResource(
            String name,
            @JsonProperty("EndpointID") String endpointId,
            String macAddress,
            @JsonProperty("IPv4Address") String ipv4Address,
            @JsonProperty("IPv6Address") String ipv6Address) {}

    /** The body of network create. */
    record CreateNetwork(
            @Nullable String name,
            @Nullable String driver,
            boolean internal,
            boolean attachable,
            boolean ingress,
            boolean configOnly,
            @Nullable ConfigReference configFrom,
            @JsonProperty("IPAM") @Nullable Ipam ipam,
            @JsonProperty("EnableIPv4") @Nullable Boolean enableIpv4,
            @JsonProperty("EnableIPv6") @Nullable Boolean enableIpv6,
            Map<String, String> options,
            Map<String, String> labels,
            @Nullable String scope) {
        public CreateNetwork {
            options = Lists.copy(options);
            labels = Lists.copy(labels);
        }

        /** The same without a word on IPv4. */
        public CreateNetwork withoutIpv4() {
            return new CreateNetwork(
                    name,
                    driver,
                    internal,
                    attachable,
                    ingress,
                    configOnly,
                    configFrom,
                    ipam,
                    null,
                    enableIpv6,
                    options,
                    labels,
                    scope);
        }
    }

    /** The id of a new network. */
    record CreatedNetwork(@JsonProperty("Id") String id, String warning) {}

    /**
     * What a container wants of the network.
     *
     * @param containerId full id
     * @param name without slash
     * @param mode the host configuration's network mode: default, bridge, none, host, container:ID, or a network
     * @param hostname the container's own
     * @param endpoints all wanted endpoints, by name or id of their networks; none for one in the mode's network
     * @param dns servers that its queries go on to, asked from its namespace; empty for the host's
     * @param dnsOptions of resolv.conf(5); empty for the host's
     * @param detached wants no endpoint at all: the last one was taken away
     * @param exposedPorts such as {@code 80/tcp}
     * @param portBindings port of the container to ports of the host
     * @param publishAll whether exposed ports get a random port each
     */
    record JoinNetworks(
            String containerId,
            String name,
            String mode,
            String hostname,
            @Nullable String macAddress,
            NetworkingConfig endpoints,
            List<String> exposedPorts,
            Map<String, List<HostConfig.PortBinding>> portBindings,
            boolean publishAll,
            List<String> dns,
            List<String> dnsOptions,
            boolean detached) {
        public JoinNetworks(
                String containerId,
                String name,
                String mode,
                String hostname,
                @Nullable String macAddress,
                NetworkingConfig endpoints,
                List<String> exposedPorts,
                Map<String, List<HostConfig.PortBinding>> portBindings,
                boolean publishAll) {
            this(
                    containerId,
                    name,
                    mode,
                    hostname,
                    macAddress,
                    endpoints,
                    exposedPorts,
                    portBindings,
                    publishAll,
                    List.of(),
                    List.of(),
                    false);
        }
    }

    /**
     * A container that runs, as it is known where containers are kept.
     *
     * @param name without slash
     * @param endpoints their ids
     * @param ports what is published where
     */
    record KeptSandbox(String name, Set<String> endpoints, Map<String, List<HostConfig.PortBinding>> ports) {}

    /**
     * A container's network.
     *
     * @param netnsPath the namespace for the runtime to enter; empty for the host's own
     * @param sandboxId id of the sandbox, and {@code sandboxKey} where its namespace is held
     * @param endpoints by network name
     * @param ports what is published where
     * @param nameservers for resolv.conf; empty to copy the host's
     * @param drivers of the endpoints' networks, by network name
     */
    record Sandbox(
            String netnsPath,
            String sandboxId,
            String sandboxKey,
            Map<String, ContainerDetail.EndpointSettings> endpoints,
            Map<String, List<HostConfig.PortBinding>> ports,
            List<String> nameservers,
            Map<String, String> drivers) {
        public Sandbox {
            drivers = Lists.copy(drivers);
        }

        public Sandbox(
                String netnsPath,
                String sandboxId,
                String sandboxKey,
                Map<String, ContainerDetail.EndpointSettings> endpoints,
                Map<String, List<HostConfig.PortBinding>> ports,
                List<String> nameservers) {
            this(netnsPath, sandboxId, sandboxKey, endpoints, ports, nameservers, Map.of());
        }
    }

    /** For {@code docker info}. */
    record NetworkFacts(String bridge, String firewall, boolean ipv4Forwarding, String gatewayAddress) {}
}
