package io.wharf.networking;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.util.BitSet;

/**
 * The addresses of one subnet: which are taken, and which comes next.
 *
 * <p>An address given back is not given out again before the others have had their turn, for neighbours may still have its
 * old hardware address in mind. Confined to the verticle's context.
 */
final class AddressPool {
    /** More than this many hosts on one link are not served; it bounds the bitmap to 8 KiB. */
    private static final long LIMIT = 1L << 16;

    private final Subnet subnet;
    private final String network;
    private final BitSet taken = new BitSet();
    private final int size;
    private int next = 1;

    /** A pool whose network and broadcast addresses, and its gateway, are never given out. */
    AddressPool(Subnet subnet, int gateway, String network) {
        this.subnet = subnet;
        this.network = network;
        this.size = (int) Math.min(LIMIT, subnet.size());
        if (size > 2) {
            taken.set(0);
            if (subnet.size() <= LIMIT) {
                taken.set(size - 1);
            }
        }
        reserve(gateway);
    }

    Subnet subnet() {
        return subnet;
    }

    /** Takes the next free address. */
    int take() {
        int offset = taken.nextClearBit(next);
        if (offset >= size) {
            offset = taken.nextClearBit(0);
        }
        if (offset >= size) {
            throw WharfException.internal("no available IPv4 addresses on this network's address pools: " + network);
        }
        taken.set(offset);
        next = (offset + 1) % size;
        return subnet.at(offset);
    }

    /** Takes a wanted address. */
    int take(int address) {
        if (!subnet.contains(address)) {
            throw WharfException.invalid("no configured subnet contains IP address " + Subnet.text(address));
        }
        long offset = subnet.offsetOf(address);
        if (offset >= size || taken.get((int) offset)) {
            throw new WharfException(ErrorKind.FORBIDDEN, "Address already in use");
        }
        taken.set((int) offset);
        return address;
    }

    /** Marks an address that is known to be in use; one outside of the subnet is none of this pool's. */
    void reserve(int address) {
        long offset = subnet.offsetOf(address);
        if (subnet.contains(address) && offset < size) {
            taken.set((int) offset);
        }
    }

    void release(int address) {
        long offset = subnet.offsetOf(address);
        if (subnet.contains(address) && offset < size) {
            taken.clear((int) offset);
        }
    }

    /** How many addresses are taken, the fixed ones included. */
    int used() {
        return taken.cardinality();
    }
}
