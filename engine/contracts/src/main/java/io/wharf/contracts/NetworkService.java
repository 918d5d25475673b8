package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
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

    /** Takes the sandbox away: ports, endpoints, namespace; none there is fine. */
    Future<Void> leave(String containerId);

    /** A container has another name now, without slash; one without a sandbox is fine. */
    Future<Void> rename(String containerId, String name);

    /**
     * Called once by containers at its recovery with those that run, id to name without slash: their sandboxes are
     * adopted and their rules set anew, all others taken away.
     */
    Future<Void> keepSandboxesOf(Map<String, String> containers);

    /** Checks modes, names and ports of a container about to be created; refuses as Docker does. */
    Future<Void> check(JoinNetworks request);

    /** Who is the bridge {@code docker0} here, and how the firewall is driven, for {@code docker info}. */
    Future<NetworkFacts> facts();

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
            Map<String, EndpointResource> containers,
            Map<String, String> options,
            Map<String, String> labels) {}

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
            Map<String, String> labels) {
        public CreateNetwork {
            options = Lists.copy(options);
            labels = Lists.copy(labels);
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
     * @param endpoints wanted endpoints beside the mode
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
            boolean publishAll) {}

    /**
     * A container's network.
     *
     * @param netnsPath the namespace for the runtime to enter; empty for the host's own
     * @param sandboxId id of the sandbox, and {@code sandboxKey} where its namespace is held
     * @param endpoints by network name
     * @param ports what is published where
     * @param nameservers for resolv.conf; empty to copy the host's
     */
    record Sandbox(
            String netnsPath,
            String sandboxId,
            String sandboxKey,
            Map<String, ContainerDetail.EndpointSettings> endpoints,
            Map<String, List<HostConfig.PortBinding>> ports,
            List<String> nameservers) {}

    /** For {@code docker info}. */
    record NetworkFacts(String bridge, String firewall, boolean ipv4Forwarding, String gatewayAddress) {}
}
