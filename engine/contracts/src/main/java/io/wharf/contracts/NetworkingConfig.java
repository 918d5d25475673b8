package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The {@code NetworkingConfig} of a create request: a wanted endpoint for each network's name or id. */
public record NetworkingConfig(Map<String, EndpointConfig> endpointsConfig) {
    public static final NetworkingConfig NONE = new NetworkingConfig(Map.of());

    private static final int SHORT_ID = 12;

    public NetworkingConfig {
        endpointsConfig = Lists.copy(endpointsConfig);
    }

    /** With one more endpoint, or another one in this network. */
    public NetworkingConfig with(String network, EndpointConfig asked) {
        Map<String, EndpointConfig> all = new LinkedHashMap<>(endpointsConfig);
        all.put(network, asked);
        return new NetworkingConfig(all);
    }

    public NetworkingConfig without(String network) {
        Map<String, EndpointConfig> rest = new LinkedHashMap<>(endpointsConfig);
        rest.remove(network);
        return new NetworkingConfig(rest);
    }

    /** What a client may ask of an endpoint. */
    public record EndpointConfig(
            @JsonProperty("IPAMConfig") @Nullable EndpointAddresses ipamConfig,
            List<String> links,
            List<String> aliases,
            String macAddress,
            Map<String, String> driverOpts,
            int gwPriority) {
        /** Where a client leaves all to the engine. */
        public static final EndpointConfig NOTHING_ASKED =
                new EndpointConfig(null, List.of(), List.of(), "", Map.of(), 0);

        public EndpointConfig {
            links = Lists.copy(links);
            aliases = Lists.copy(aliases);
            macAddress = Lists.text(macAddress);
            driverOpts = Lists.copy(driverOpts);
        }

        /**
         * What a container is called in a network of the user's, the first being the answer to a question for its address.
         *
         * @param name of the container, without slash
         * @param id full id
         * @param hostname or empty
         */
        public List<String> dnsNames(String name, String id, String hostname) {
            Set<String> names = new LinkedHashSet<>();
            names.add(name);
            names.addAll(aliases);
            names.add(id.substring(0, Math.min(SHORT_ID, id.length())));
            if (!hostname.isEmpty()) {
                names.add(hostname);
            }
            return List.copyOf(names);
        }
    }

    /** Wanted addresses; what is not wanted is not shown. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
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
