package io.wharf.networking;

import io.wharf.linux.MacAddress;
import io.wharf.networking.address.AddressSpace;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import io.wharf.networking.firewall.BridgeRule;
import io.wharf.networking.firewall.BridgeRule.Side;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A bridge network that stands: its link, its subnets and who has which address.
 *
 * @param index of the link in the kernel
 * @param addresses at most one subnet of each family; the gateway of each is the host's own address on the link
 */
record Bridge(Network network, int index, AddressSpace addresses) {
    /** Docker's prefix for hardware addresses that follow from an IPv4 address; locally administered. */
    private static final long MAC_PREFIX = 0x0242L << Integer.SIZE;

    /** The hardware address that follows from an address: from all of IPv4, from the last 32 bits of IPv6. */
    static MacAddress macOf(InetAddress address) {
        byte[] bytes = address.getAddress();
        int last = ByteBuffer.wrap(bytes).getInt(bytes.length - Integer.BYTES);
        return new MacAddress(MAC_PREFIX | Integer.toUnsignedLong(last));
    }

    Optional<InetAddress> gateway(Family family) {
        return addresses.gateway(family);
    }

    /**
     * Where its containers' default route leads: to the host, or to the container or router that an auxiliary address of
     * Docker's name says. An internal network has none.
     */
    Optional<InetAddress> wayOut(Family family) {
        if (network.internal()) {
            return Optional.empty();
        }
        String name = "DefaultGatewayIPv" + (family == Family.V4 ? "4" : "6");
        return network.configs(family).stream()
                .map(config -> Objects.requireNonNullElse(config.auxiliaryAddresses(), Map.<String, String>of()))
                .flatMap(auxiliary -> Stream.ofNullable(auxiliary.get(name)))
                .findFirst()
                .map(Ip::parse)
                .or(() -> gateway(family));
    }

    Optional<Subnet> subnet(Family family) {
        return addresses.first(family).map(pool -> pool.subnet());
    }

    /** What the firewall has to know of it. */
    BridgeRule rule() {
        BridgeOptions options = network.bridgeOptions();
        return new BridgeRule(
                options.link(),
                side(Family.V4, options, options.hostIpv4()),
                side(Family.V6, options, options.hostIpv6()),
                network.internal(),
                options.icc(),
                options.trusted());
    }

    private Side side(Family family, BridgeOptions options, @Nullable InetAddress source) {
        return subnet(family)
                .map(subnet -> new Side(List.of(subnet), options.mode(family), options.masquerade(), source))
                .orElse(Side.NONE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bridge bridge && bridge.network.id().equals(network.id());
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(network.id());
    }
}
