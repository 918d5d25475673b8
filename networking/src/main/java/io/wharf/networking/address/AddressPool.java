package io.wharf.networking.address;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one subnet: which are taken, and which comes next.
 *
 * <p>An address given back is not given out again before the others have had their turn, for neighbours may still have its
 * old hardware address in mind. What it needs of memory grows with what is taken, not with the subnet. Confined to the
 * verticle's context.
 */
public final class AddressPool {
    private static final int POINT_TO_POINT = 2;

    private final Subnet subnet;
    private final Subnet range;
    private final @Nullable InetAddress gateway;
    private final String network;
    /** Never given out: what names the subnet, all of its hosts, the way out of it, or is reserved by name. */
    private final Set<InetAddress> fixed = new HashSet<>();

    private final Set<InetAddress> taken = new HashSet<>();
    private long next;

    /**
     * A pool.
     *
     * @param range the part of the subnet that addresses come from which nobody named, or null for all of it
     * @param gateway null where the subnet has none
     * @param reserved further addresses that are in use elsewhere
     * @param network as errors name it
     */
    public AddressPool(
            Subnet subnet,
            @Nullable Subnet range,
            @Nullable InetAddress gateway,
            Collection<InetAddress> reserved,
            String network) {
        this.subnet = subnet;
        this.range = range == null ? subnet : range;
        this.gateway = gateway;
        this.network = network;
        if (subnet.size() > POINT_TO_POINT) {
            fixed.add(subnet.base());
            if (subnet.family() == Family.V4) {
                fixed.add(subnet.last());
            }
        }
        if (gateway != null) {
            fixed.add(gateway);
        }
        fixed.addAll(reserved);
    }

    public Subnet subnet() {
        return subnet;
    }

    public Optional<InetAddress> gateway() {
        return Optional.ofNullable(gateway);
    }

    /** Takes the next free address; empty where there is none. */
    public Optional<InetAddress> takeNext() {
        long size = range.size();
        for (long tries = Math.min(size, fixed.size() + taken.size() + 1L); tries > 0; tries--) {
            InetAddress candidate = range.at(next);
            next = next + 1 == size ? 0 : next + 1;
            if (!fixed.contains(candidate) && taken.add(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Takes the next free address. */
    public InetAddress take() {
        return takeNext().orElseThrow(() -> exhausted(subnet.family(), network));
    }

    static WharfException exhausted(Family family, String network) {
        return WharfException.internal(
                "no available " + family + " addresses on this network's address pools: " + network);
    }

    /** Takes a wanted address, wherever it is in the subnet. */
    public InetAddress take(InetAddress address) {
        if (!subnet.contains(address)) {
            throw WharfException.invalid("no configured subnet contains IP address " + Ip.text(address));
        }
        if (fixed.contains(address) || !taken.add(address)) {
            throw new WharfException(ErrorKind.FORBIDDEN, "Address already in use");
        }
        return address;
    }

    /** Marks an address that is known to be in use; one outside of the subnet is none of this pool's. */
    public void reserve(InetAddress address) {
        if (subnet.contains(address) && !fixed.contains(address)) {
            taken.add(address);
        }
    }

    public void release(InetAddress address) {
        taken.remove(address);
    }

    /** How many addresses are taken, the fixed ones included. */
    public long used() {
        return (long) fixed.size() + taken.size();
    }

    /** How many more can be taken without naming one. */
    public BigInteger available() {
        long inRange = taken.stream().filter(range::contains).count()
                + fixed.stream().filter(range::contains).count();
        return range.capacity().subtract(BigInteger.valueOf(inRange));
    }
}
