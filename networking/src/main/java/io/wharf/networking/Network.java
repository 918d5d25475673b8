package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A network as it is kept: what was asked for and what was chosen. */
record Network(
        @JsonProperty("Id") String id,
        String name,
        long createdNanos,
        Driver driver,
        boolean internal,
        boolean attachable,
        @JsonProperty("IPAM") Ipam ipam,
        Map<String, String> options,
        Map<String, String> labels) {
    static final String BRIDGE = "bridge";
    static final String HOST = "host";
    static final String NONE = "none";

    static final String OPTION_LINK = "com.docker.network.bridge.name";
    static final String OPTION_MTU = "com.docker.network.driver.mtu";

    private static final Set<String> PREDEFINED = Set.of(BRIDGE, HOST, NONE);
    private static final int DEFAULT_MTU = 1500;

    Network {
        options = options == null ? Map.of() : options;
        labels = labels == null ? Map.of() : labels;
    }

    /** The options that Docker shows of the default bridge. */
    static Map<String, String> defaultBridgeOptions(String link) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("com.docker.network.bridge.default_bridge", "true");
        options.put("com.docker.network.bridge.enable_icc", "true");
        options.put("com.docker.network.bridge.enable_ip_masquerade", "true");
        options.put("com.docker.network.bridge.host_binding_ipv4", PublishedPort.ANY);
        options.put(OPTION_LINK, link);
        options.put(OPTION_MTU, String.valueOf(DEFAULT_MTU));
        return options;
    }

    static Ipam ipam(Subnet subnet, int gateway) {
        return new Ipam("default", null, List.of(new IpamConfig(subnet.toString(), null, Subnet.text(gateway), null)));
    }

    static Ipam noIpam() {
        return new Ipam("default", null, List.of());
    }

    boolean isPredefined() {
        return PREDEFINED.contains(name);
    }

    /** Name of the Linux bridge. */
    String link() {
        return Objects.requireNonNull(options.get(OPTION_LINK), "only a bridge network has a link");
    }

    int mtu() {
        try {
            return Integer.parseInt(options.getOrDefault(OPTION_MTU, String.valueOf(DEFAULT_MTU)));
        } catch (NumberFormatException e) {
            throw WharfException.invalid("invalid value for option " + OPTION_MTU);
        }
    }

    Network with(Ipam chosen, Map<String, String> chosenOptions) {
        return new Network(id, name, createdNanos, driver, internal, attachable, chosen, chosenOptions, labels);
    }
}
