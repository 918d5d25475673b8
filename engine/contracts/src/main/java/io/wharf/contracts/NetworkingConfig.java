package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code NetworkingConfig} of a create request: a wanted endpoint for each network's name or id. */
public record NetworkingConfig(Map<String, EndpointConfig> endpointsConfig) {
    public static final NetworkingConfig NONE = new NetworkingConfig(Map.of());

    public NetworkingConfig {
        endpointsConfig = Lists.copy(endpointsConfig);
    }

    /** What a client may ask of an endpoint. */
    public record EndpointConfig(
            @JsonProperty("IPAMConfig") @Nullable EndpointAddresses ipamConfig,
            List<String> links,
            List<String> aliases,
            String macAddress,
            Map<String, String> driverOpts,
            int gwPriority) {
        public EndpointConfig {
            links = Lists.copy(links);
            aliases = Lists.copy(aliases);
            macAddress = Lists.text(macAddress);
            driverOpts = Lists.copy(driverOpts);
        }
    }

    /** Wanted addresses. */
    public record EndpointAddresses(
            @JsonProperty("IPv4Address") String ipv4Address,
            @JsonProperty("IPv6Address") String ipv6Address,
            @JsonProperty("LinkLocalIPs") List<String> linkLocalIps) {
        public EndpointAddresses {
            ipv4Address = Lists.text(ipv4Address);
            ipv6Address = Lists.text(ipv6Address);
            linkLocalIps = Lists.copy(linkLocalIps);
        }
    }
}
