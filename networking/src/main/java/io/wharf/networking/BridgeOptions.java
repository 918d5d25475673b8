package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.firewall.GatewayMode;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The driver options of a bridge network, read and checked. Unknown ones are kept with the network and mean nothing here.
 *
 * @param link name of the Linux bridge
 * @param mtu 0 for the usual
 * @param icc whether its containers may reach one another
 * @param masquerade whether what leaves it gets the host's address
 * @param inhibitIpv4 whether the host goes without an IPv4 address on the bridge
 * @param hostBinding address that ports are published at where none is named, or null
 * @param hostIpv4 source address of what leaves it, or null for that of the outgoing link; likewise {@code hostIpv6}
 * @param interfacePrefix of names of links in containers
 * @param trusted links of the host from which published ports are reached at the containers' own addresses
 */
record BridgeOptions(
        String link,
        int mtu,
        boolean icc,
        boolean masquerade,
        GatewayMode modeIpv4,
        GatewayMode modeIpv6,
        boolean inhibitIpv4,
        @Nullable InetAddress hostBinding,
        @Nullable InetAddress hostIpv4,
        @Nullable InetAddress hostIpv6,
        String interfacePrefix,
        List<String> trusted) {
    static final String LINK = "com.docker.network.bridge.name";
    static final String MTU = "com.docker.network.driver.mtu";
    static final String ICC = "com.docker.network.bridge.enable_icc";
    static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
    static final String MODE_IPV4 = "com.docker.network.bridge.gateway_mode_ipv4";
    static final String MODE_IPV6 = "com.docker.network.bridge.gateway_mode_ipv6";
    static final String INHIBIT_IPV4 = "com.docker.network.bridge.inhibit_ipv4";
    static final String HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4";
    static final String HOST_BINDING_IPV6 = "com.docker.network.bridge.host_binding_ipv6";
    static final String HOST_IPV4 = "com.docker.network.host_ipv4";
    static final String HOST_IPV6 = "com.docker.network.host_ipv6";
    static final String TRUSTED = "com.docker.network.bridge.trusted_host_interfaces";
    static final String INTERFACE_PREFIX = "com.docker.network.container_iface_prefix";
    static final String DEFAULT_BRIDGE = "com.docker.network.bridge.default_bridge";

    private static final String USUAL_PREFIX = "eth";
    private static final int LINK_DIGITS = 12;

    /** Reads the options of the network with this id. */
    static BridgeOptions of(String id, Map<String, String> options) {
        // Docker shows 0.0.0.0 where nobody asked for anything: every address, of IPv6 too.
        InetAddress binding = read(options, HOST_BINDING, BridgeOptions::address)
                .filter(address -> !address.equals(Ip.ANY_V4))
                .orElse(null);
        return new BridgeOptions(
                options.getOrDefault(LINK, "br-" + id.substring(0, Math.min(LINK_DIGITS, id.length()))),
                mtu(options),
                read(options, ICC, BridgeOptions::truth).orElse(true),
                read(options, MASQUERADE, BridgeOptions::truth).orElse(true),
                read(options, MODE_IPV4, GatewayMode::of).orElse(GatewayMode.NAT),
                read(options, MODE_IPV6, GatewayMode::of).orElse(GatewayMode.NAT),
                read(options, INHIBIT_IPV4, BridgeOptions::truth).orElse(false),
                binding == null
                        ? read(options, HOST_BINDING_IPV6, BridgeOptions::address)
                                .orElse(null)
                        : binding,
                read(options, HOST_IPV4, BridgeOptions::address).orElse(null),
                read(options, HOST_IPV6, BridgeOptions::address).orElse(null),
                options.getOrDefault(INTERFACE_PREFIX, USUAL_PREFIX),
                trusted(options.getOrDefault(TRUSTED, "")));
    }

    private static List<String> trusted(String text) {
        return Stream.of(text.split(":")).filter(link -> !link.isEmpty()).toList();
    }

    GatewayMode mode(Family family) {
        return switch (family) {
            case V4 -> modeIpv4;
            case V6 -> modeIpv6;
        };
    }

    static int mtu(Map<String, String> options) {
        int mtu = read(options, MTU, BridgeOptions::number).orElse(0);
        if (mtu < 0) {
            throw WharfException.invalid("invalid MTU number: " + mtu);
        }
        return mtu;
    }

    private static <T> Optional<T> read(Map<String, String> options, String name, Function<String, T> reader) {
        String text = options.get(name);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.apply(text));
        } catch (WharfException e) {
            throw WharfException.invalid("failed to parse " + name + " value: " + text + " (" + e.getMessage() + ")");
        }
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw WharfException.invalid("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
    }

    static boolean truth(String text) {
        return switch (text) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw WharfException.invalid("strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
        };
    }

    private static InetAddress address(String text) {
        return Ip.read(text).orElseThrow(() -> WharfException.invalid("nil ip"));
    }
}
