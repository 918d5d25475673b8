package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.contracts.FirewallOptions;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.linux.Sublink;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import io.wharf.networking.firewall.GatewayMode;
import io.wharf.networking.ports.PublishedPort;
import io.wharf.networking.vlan.ParentOptions;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    /** Docker's word for addresses that nobody gives. */
    static final String NO_IPAM = "null";

    /** Asks for a subnet of the engine's choice. */
    static final IpamConfig ANY_SUBNET = new IpamConfig(null, null, null, null);

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
    static Map<String, String> defaultBridgeOptions(String link, FirewallOptions wanted, int mtu) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(BridgeOptions.DEFAULT_BRIDGE, "true");
        options.put(BridgeOptions.ICC, String.valueOf(wanted.icc()));
        options.put(BridgeOptions.MASQUERADE, String.valueOf(wanted.ipMasquerade()));
        options.put(BridgeOptions.HOST_BINDING, Objects.requireNonNullElse(wanted.hostIp(), PublishedPort.ANY));
        options.put(BridgeOptions.LINK, link);
        options.put(BridgeOptions.MTU, String.valueOf(mtu == 0 ? USUAL_MTU : mtu));
        return options;
    }

    static Ipam ipam(Subnet subnet, InetAddress gateway) {
        return new Ipam("default", null, List.of(new IpamConfig(subnet.toString(), null, Ip.text(gateway), null)));
    }

    static Ipam noIpam() {
        return new Ipam("default", null, List.of());
    }

    static boolean isPredefined(String name) {
        return PREDEFINED.contains(name);
    }

    boolean isPredefined() {
        return isPredefined(name);
    }

    boolean isDefaultBridge() {
        return name.equals(BRIDGE);
    }

    boolean has(Family family) {
        return switch (family) {
            case V4 -> enableIpv4;
            case V6 -> enableIpv6;
        };
    }

    /** What was asked for, or chosen, of one family. */
    List<IpamConfig> configs(Family family) {
        return ipam.config().stream()
                .filter(config -> config.subnet() != null && !config.subnet().isEmpty())
                .filter(config ->
                        Subnet.parse(Objects.requireNonNull(config.subnet())).family() == family)
                .toList();
    }

    /** Whether one of its addresses is set aside for the way out, though nobody may have it. */
    boolean wantsGateway(Family family) {
        if (driver.kind() != Driver.Kind.BRIDGE) {
            // On a link of the host, the way out is a router out there that only the client knows.
            return driver.kind() == Driver.Kind.REMOTE;
        }
        BridgeOptions bridge = bridgeOptions();
        return bridge.mode(family) != GatewayMode.ISOLATED
                && !(family == Family.V4 && bridge.inhibitIpv4() && internal);
    }

    /** What it is made of where another network holds the configuration. */
    Network from(Network config) {
        return new Network(
                id,
                name,
                createdNanos,
                driver,
                internal,
                attachable,
                false,
                configFrom,
                scope,
                config.enableIpv4,
                config.enableIpv6,
                config.ipam,
                config.options,
                config.labels);
    }

    /** What the events of the network itself tell. */
    Map<String, String> attributes() {
        return Map.of("name", name, "type", driver.toString());
    }

    /** The options of a bridge network; throws where one means nothing. */
    BridgeOptions bridgeOptions() {
        return BridgeOptions.of(id, options);
    }

    /** Whether its containers get links of their own at a link of the host. */
    boolean hasParent() {
        return driver.kind() == Driver.Kind.MACVLAN || driver.kind() == Driver.Kind.IPVLAN;
    }

    /** The options of a network at a link of the host; throws where one means nothing. */
    ParentOptions parentOptions() {
        boolean macvlan = driver.kind() == Driver.Kind.MACVLAN;
        return ParentOptions.of(macvlan ? Sublink.Kind.MACVLAN : Sublink.Kind.IPVLAN, id, options);
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
        return with(enableIpv6, chosen, chosenOptions);
    }

    Network with(boolean ipv6, Ipam chosen, Map<String, String> chosenOptions) {
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
                ipv6,
                chosen,
                chosenOptions,
                labels);
    }
}
