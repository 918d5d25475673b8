package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A container's place in a network. Texts are empty where there is no such thing.
 *
 * @param network the network's name, and {@code driver} its driver's word
 * @param address of IPv4 in CIDR form; {@code address6} of IPv6 likewise
 * @param gateway where the network leads out in IPv4; {@code gateway6} in IPv6
 * @param veth the host's end of the pair
 * @param inside name of the link in the container
 * @param asked what the client wanted of it
 * @param source name that the link of a plugin has on the host, once the plugin has made it
 * @param leaving it was taken away from the container, and what of it stands is nobody's
 */
record Endpoint(
        @JsonProperty("Id") String id,
        String networkId,
        String network,
        String driver,
        String address,
        String address6,
        String gateway,
        String gateway6,
        String mac,
        String veth,
        String inside,
        EndpointConfig asked,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean leaving,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String source) {
    Endpoint {
        // Records of earlier versions know no more than one link and one family.
        network = Objects.requireNonNullElse(network, "");
        driver = Objects.requireNonNullElse(driver, "");
        address6 = Objects.requireNonNullElse(address6, "");
        gateway = Objects.requireNonNullElse(gateway, "");
        gateway6 = Objects.requireNonNullElse(gateway6, "");
        source = Objects.requireNonNullElse(source, "");
        inside = inside == null ? veth.isEmpty() ? "" : "eth0" : inside;
    }

    /** One whose link the engine makes itself. */
    Endpoint(
            String id,
            String networkId,
            String network,
            String driver,
            String address,
            String address6,
            String gateway,
            String gateway6,
            String mac,
            String veth,
            String inside,
            EndpointConfig asked,
            boolean leaving) {
        this(
                id, networkId, network, driver, address, address6, gateway, gateway6, mac, veth, inside, asked, leaving,
                "");
    }

    /** One that has nothing in the kernel: the host's network, or none. */
    static Endpoint bare(String id, Network network, EndpointConfig asked) {
        String driver = network.driver().toString();
        return new Endpoint(id, network.id(), network.name(), driver, "", "", "", "", "", "", "", asked, false);
    }

    /** Whether the container has a link for it. */
    boolean isWired() {
        return !inside.isEmpty();
    }

    /** Whether the host is its neighbour, and can lead ports to it. */
    boolean isPortOfBridge() {
        return !veth.isEmpty();
    }

    /** The address alone, without its prefix. */
    Optional<InetAddress> inet(Family family) {
        String cidr = cidr(family);
        return cidr.isEmpty() ? Optional.empty() : Optional.of(Ip.ofCidr(cidr));
    }

    List<InetAddress> addresses() {
        return Stream.of(inet(Family.V4), inet(Family.V6))
                .flatMap(Optional::stream)
                .toList();
    }

    String cidr(Family family) {
        return switch (family) {
            case V4 -> address;
            case V6 -> address6;
        };
    }

    /** Bits of the network part of its address, which it has. */
    int prefix(Family family) {
        String cidr = cidr(family);
        return Integer.parseInt(cidr.substring(cidr.indexOf('/') + 1));
    }

    Optional<InetAddress> gateway(Family family) {
        String text = switch (family) {
            case V4 -> gateway;
            case V6 -> gateway6;
        };
        return text.isEmpty() ? Optional.empty() : Optional.of(Ip.parse(text));
    }

    Endpoint asLeaving() {
        return new Endpoint(
                id, networkId, network, driver, address, address6, gateway, gateway6, mac, veth, inside, asked, true,
                source);
    }

    /** Whether a plugin makes its link. */
    boolean isRemote() {
        return Driver.of(driver).kind() == Driver.Kind.REMOTE;
    }

    /** As its plugin has completed it. */
    Endpoint joined(String from, String hardware, String out, String out6) {
        return new Endpoint(
                id, networkId, network, driver, address, address6, out, out6, hardware, veth, inside, asked, leaving,
                from);
    }
}
