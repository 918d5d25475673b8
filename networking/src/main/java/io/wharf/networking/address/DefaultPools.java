package io.wharf.networking.address;

import io.wharf.base.WharfException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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

    /** The first part of a family's blocks that overlaps nothing in use. */
    public Subnet firstFree(Family family, Map<Subnet, String> inUse) {
        return firstFree(family, 0, new TreeMap<>(), inUse);
    }

    /**
     * The first that overlaps nothing in use. What is of networks may be much, and is walked through once.
     *
     * @param prefix of the subnet, or 0 for what each block is cut into
     * @param ofNetworks subnets in their order and what each belongs to, in words for an error
     * @param ofHost the same of others, a few
     */
    public Subnet firstFree(
            Family family, int prefix, NavigableMap<Subnet, String> ofNetworks, Map<Subnet, String> ofHost) {
        Search search = new Search(ofNetworks, ofHost);
        for (Block block : blocks) {
            int size = prefix == 0 ? block.size : prefix;
            if (block.base.family() == family && size >= block.base.prefix() && size <= family.bits()) {
                Optional<Subnet> free = search.in(block.base, size);
                if (free.isPresent()) {
                    return free.get();
                }
            }
        }
        throw WharfException.internal(
                search.inTheWay.isEmpty()
                        ? "no default address pool has " + family + " subnets" + (prefix == 0 ? "" : " of /" + prefix)
                        : "all predefined address pools have been fully subnetted" + search.inTheWay
                                + " (name a subnet, or set default-address-pools)");
    }

    /** One search through the blocks; remembers the first thing that was in its way. */
    private static final class Search {
        private final NavigableMap<Subnet, String> ofNetworks;
        private final Map<Subnet, String> ofHost;
        private String inTheWay = "";

        Search(NavigableMap<Subnet, String> ofNetworks, Map<Subnet, String> ofHost) {
            this.ofNetworks = ofNetworks;
            this.ofHost = ofHost;
        }

        Optional<Subnet> in(Subnet block, int size) {
            for (int wider = 0; wider < block.prefix(); wider++) {
                Subnet around = block.widened(wider);
                if (ofNetworks.containsKey(around)) {
                    met(block, ofNetworks.get(around));
                    return Optional.empty();
                }
            }
            long parts = block.parts(size);
            Iterator<Map.Entry<Subnet, String>> ahead =
                    ofNetworks.tailMap(block, true).entrySet().iterator();
            Map.Entry<Subnet, String> next = ahead.hasNext() ? ahead.next() : null;
            for (long index = 0; index < parts; ) {
                Subnet candidate = block.part(index, size);
                while (next != null && next.getKey().isBefore(candidate)) {
                    next = ahead.hasNext() ? ahead.next() : null;
                }
                Map.Entry<Subnet, String> conflict =
                        next != null && next.getKey().overlaps(candidate) ? next : ofHost(candidate);
                if (conflict == null) {
                    return Optional.of(candidate);
                }
                met(candidate, conflict.getValue());
                InetAddress last = conflict.getKey().last();
                index = block.contains(last) ? Math.max(index, block.partOf(last, size)) + 1 : parts;
            }
            return Optional.empty();
        }

        private Map.@Nullable Entry<Subnet, String> ofHost(Subnet candidate) {
            for (Map.Entry<Subnet, String> entry : ofHost.entrySet()) {
                if (entry.getKey().overlaps(candidate)) {
                    return entry;
                }
            }
            return null;
        }

        private void met(Subnet wanted, String what) {
            if (inTheWay.isEmpty()) {
                inTheWay = ": " + wanted + " is taken by " + what;
            }
        }
    }
}
