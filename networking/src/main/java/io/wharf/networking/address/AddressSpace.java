package io.wharf.networking.address;

import io.wharf.base.WharfException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** The addresses of one network: a pool for each of its subnets, of one family or both. */
public final class AddressSpace {
    private final List<AddressPool> pools;
    private final String network;

    /** {@code network} is as errors name it. */
    public AddressSpace(List<AddressPool> pools, String network) {
        this.pools = List.copyOf(pools);
        this.network = network;
    }

    public List<AddressPool> pools() {
        return pools;
    }

    public List<Subnet> subnets() {
        return pools.stream().map(AddressPool::subnet).toList();
    }

    public boolean has(Family family) {
        return first(family).isPresent();
    }

    /** Its first pool of a family: the only one where the network is a bridge. */
    public Optional<AddressPool> first(Family family) {
        return pools.stream().filter(pool -> pool.subnet().family() == family).findFirst();
    }

    /** The host's, or another router's, address in the first subnet of a family. */
    public Optional<InetAddress> gateway(Family family) {
        return first(family).flatMap(AddressPool::gateway);
    }

    /** The pool whose subnet an address is in. */
    public Optional<AddressPool> poolOf(InetAddress address) {
        return pools.stream().filter(pool -> pool.subnet().contains(address)).findFirst();
    }

    /** Takes the next free address of a family, from the first subnet that has one. */
    public InetAddress take(Family family) {
        return pools.stream()
                .filter(pool -> pool.subnet().family() == family)
                .flatMap(pool -> pool.takeNext().stream())
                .findFirst()
                .orElseThrow(() -> AddressPool.exhausted(family, network));
    }

    /** Takes a wanted address. */
    public InetAddress take(InetAddress address) {
        return poolOf(address)
                .orElseThrow(
                        () -> WharfException.invalid("no configured subnet contains IP address " + Ip.text(address)))
                .take(address);
    }

    /** Marks an address that is known to be in use; one of no subnet here is left alone. */
    public void reserve(InetAddress address) {
        poolOf(address).ifPresent(pool -> pool.reserve(address));
    }

    public void release(InetAddress address) {
        poolOf(address).ifPresent(pool -> pool.release(address));
    }
}
