package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network as it is kept: what was asked for and what was chosen.
 *
 * @param configOnly whether it only holds what other networks are made from
 * @param configFrom name of the network that this one was made from, or empty
 * @param scope Docker's word for where it is known: {@code local} unless the client said otherwise
 */
record Network(
        @JsonProperty("Id") String id,
        String name,
        long createdNanos,
        Driver driver,
        boolean internal,
        boolean attachable,
        boolean configOnly,
        String configFrom,
        String scope,
        @JsonProperty("EnableIPv4") boolean enableIpv4,
        @JsonProperty("EnableIPv6") boolean enableIpv6,
        @JsonProperty("IPAM") Ipam ipam,
        Map<String, String> options,
        Map<String, String> labels) {
    static final String BRIDGE = "bridge";
    static final String HOST = "host";
    static final String NONE = "none";
    static final String LOCAL = "local";

    static final int USUAL_MTU = 1500;

    private static final Set<String> PREDEFINED = Set.of(BRIDGE, HOST, NONE);

    Network {
        options = options == null ? Map.of() : options;
        labels = labels == null ? Map.of() : labels;
    }

    /** One of those that every engine has. */
    static Network predefined(String id, String name, long createdNanos, Driver driver, Map<String, String> options) {
        return new Network(
                id,
                name,
                createdNanos,
                driver,
                false,
                false,
                false,
                "",
                LOCAL,
                true,
                false,
                noIpam(),
                options,
                Map.of());
    }

    /** The options that Docker shows of the default bridge. */
    static Map<String, String> defaultBridgeOptions(String link) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(BridgeOptions.DEFAULT_BRIDGE, "true");
        options.put(BridgeOptions.ICC, "true");
        options.put(BridgeOptions.MASQUERADE, "true");
        options.put(BridgeOptions.HOST_BINDING, PublishedPort.ANY);
        options.put(BridgeOptions.LINK, link);
        options.put(BridgeOptions.MTU, String.valueOf(USUAL_MTU));
        return options;
    }

    static Ipam ipam(Subnet subnet, InetAddress gateway) {
        return new Ipam("default", null, List.of(new IpamConfig(subnet.toString(), null, Ip.text(gateway), null)));
    }

    static Ipam noIpam() {
        return new Ipam("default", null, List.of());
    }

    boolean isPredefined() {
        return PREDEFINED.contains(name);
    }

    boolean isDefaultBridge() {
        return name.equals(BRIDGE);
    }

    /** The options of a bridge network; throws where one means nothing. */
    BridgeOptions bridgeOptions() {
        return BridgeOptions.of(id, options);
    }

    /** Name of the Linux bridge. */
    String link() {
        return bridgeOptions().link();
    }

    int mtu() {
        int asked = BridgeOptions.mtu(options);
        return asked == 0 ? USUAL_MTU : asked;
    }

    Network with(Ipam chosen, Map<String, String> chosenOptions) {
        return new Network(
                id,
                name,
                createdNanos,
                driver,
                internal,
                attachable,
                configOnly,
                configFrom,
                scope,
                enableIpv4,
                enableIpv6,
                chosen,
                chosenOptions,
                labels);
    }
}
