package io.wharf.networking.address;

import io.wharf.base.WharfException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Where subnets come from that nobody named: wide blocks, cut into equal parts that are given out in order. */
public record DefaultPools(List<Block> blocks) {
    private static final int HIGH_PREFIX = 16;
    private static final int LOW_PREFIX = 20;
    private static final int NETWORK_PREFIX = 24;
    private static final int FIRST_HIGH = 17;
    private static final int LAST_HIGH = 31;

    /**
     * A block of addresses.
     *
     * @param size prefix of the subnets that it is cut into
     */
    public record Block(Subnet base, int size) {
        public Block {
            if (size < base.prefix() || size > base.family().bits()) {
                throw WharfException.invalid(
                        "invalid default address pool: " + base + " cannot be cut into subnets of /" + size);
            }
        }
    }

    public DefaultPools {
        blocks = List.copyOf(blocks);
    }

    /** Docker's, for the default bridge: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 to 192.168.240.0/20. */
    public static DefaultPools ofDefaultBridge() {
        List<Block> blocks = new ArrayList<>();
        for (int second = FIRST_HIGH; second <= LAST_HIGH; second++) {
            blocks.add(high(second, HIGH_PREFIX));
        }
        blocks.add(new Block(Subnet.parse("192.168.0.0/16"), LOW_PREFIX));
        return new DefaultPools(blocks);
    }

    /**
     * The same blocks for all other networks, in subnets of 254 hosts: 4,096 of them. The default bridge's own comes last,
     * for it is free only where that has another.
     */
    public static DefaultPools ofNetworks() {
        List<Block> blocks = new ArrayList<>();
        for (int second = FIRST_HIGH + 1; second <= LAST_HIGH; second++) {
            blocks.add(high(second, NETWORK_PREFIX));
        }
        blocks.add(new Block(Subnet.parse("192.168.0.0/16"), NETWORK_PREFIX));
        blocks.add(high(FIRST_HIGH, NETWORK_PREFIX));
        return new DefaultPools(blocks);
    }

    private static Block high(int second, int size) {
        return new Block(Subnet.parse("172." + second + ".0.0/16"), size);
    }

    /** With further blocks behind its own. */
    public DefaultPools and(List<Block> more) {
        List<Block> all = new ArrayList<>(blocks);
        all.addAll(more);
        return new DefaultPools(all);
    }

    /** The first part of a family's blocks that overlaps nothing in use. */
    public Subnet firstFree(Family family, Map<Subnet, String> inUse) {
        return firstFree(family, 0, inUse);
    }

    /**
     * The first that overlaps nothing in use.
     *
     * @param prefix of the subnet, or 0 for what each block is cut into
     * @param inUse subnets and what each belongs to, in words for an error
     */
    public Subnet firstFree(Family family, int prefix, Map<Subnet, String> inUse) {
        NavigableMap<Subnet, String> outermost = outermost(inUse);
        String inTheWay = "";
        for (Block block : blocks) {
            int size = prefix == 0 ? block.size : prefix;
            if (block.base.family() != family || size < block.base.prefix() || size > family.bits()) {
                continue;
            }
            long parts = block.base.parts(size);
            for (long index = 0; index < parts; ) {
                Subnet candidate = block.base.part(index, size);
                Optional<Subnet> conflict = conflict(candidate, outermost);
                if (conflict.isEmpty()) {
                    return candidate;
                }
                if (inTheWay.isEmpty()) {
                    inTheWay = ": " + candidate + " is taken by " + outermost.get(conflict.get());
                }
                InetAddress last = conflict.get().last();
                index = block.base.contains(last) ? Math.max(index, block.base.partOf(last, size)) + 1 : parts;
            }
        }
        throw WharfException.internal(
                inTheWay.isEmpty()
                        ? "no default address pool has " + family + " subnets" + (prefix == 0 ? "" : " of /" + prefix)
                        : "all predefined address pools have been fully subnetted" + inTheWay
                                + " (name a subnet, or set default-address-pools)");
    }

    /** What is in use without what lies in something else, so that at most two are near any candidate. */
    private static NavigableMap<Subnet, String> outermost(Map<Subnet, String> inUse) {
        NavigableMap<Subnet, String> outermost = new TreeMap<>();
        for (Map.Entry<Subnet, String> entry : new TreeMap<>(inUse).entrySet()) {
            if (outermost.isEmpty() || !outermost.lastKey().contains(entry.getKey())) {
                outermost.put(entry.getKey(), entry.getValue());
            }
        }
        return outermost;
    }

    private static Optional<Subnet> conflict(Subnet candidate, NavigableMap<Subnet, String> outermost) {
        Subnet before = outermost.floorKey(candidate);
        if (before != null && before.overlaps(candidate)) {
            return Optional.of(before);
        }
        return Optional.ofNullable(outermost.ceilingKey(candidate)).filter(candidate::overlaps);
    }
}
