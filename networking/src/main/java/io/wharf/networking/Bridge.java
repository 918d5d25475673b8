package io.wharf.networking;

import io.wharf.linux.MacAddress;
import java.util.Objects;

/**
 * A bridge network that stands: its link, its subnet and who has which address.
 *
 * @param index of the link in the kernel
 * @param gateway the host's own address on it
 */
record Bridge(Network network, int index, Subnet subnet, int gateway, AddressPool pool) {
    /** Docker's prefix for hardware addresses that follow from an IPv4 address; locally administered. */
    private static final long MAC_PREFIX = 0x0242L << Integer.SIZE;

    static Bridge of(Network network, int index, Subnet subnet, int gateway) {
        return new Bridge(network, index, subnet, gateway, new AddressPool(subnet, gateway, network.name()));
    }

    static MacAddress macOf(int address) {
        return new MacAddress(MAC_PREFIX | Integer.toUnsignedLong(address));
    }

    BridgeRule rule() {
        return new BridgeRule(network.link(), subnet);
    }

    String cidr(int address) {
        return Subnet.text(address) + "/" + subnet.prefix();
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
