package io.wharf.networking.firewall;

import io.wharf.linux.Nftables;
import io.wharf.linux.RulesetChanges;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The engine's own table of rules. It knows all that should stand in it, so that what another program took away is
 * written anew.
 *
 * <p>Each change is one transaction. Calls take some hundred microseconds in the kernel: for pool threads, any number.
 */
public sealed interface Firewall extends AutoCloseable permits NftFirewall, Firewall.Off {
    /** Rules through libnftables, for one family of addresses or both, of the engine with this default bridge. */
    static Firewall open(String bridge, Nftables nft, boolean ipv4, boolean ipv6, Openings openings) {
        return new NftFirewall(new RuleText(bridge, ipv4, ipv6, openings), nft, RulesetChanges::generation);
    }

    /** Whether ports of this family are led to containers by rules. */
    boolean covers(boolean ipv6);

    /** Name of the table, without its family; empty for none. */
    String table();

    /** Replaces all rules by those of these bridges and ports, and those that keep links of the host apart. */
    void install(Collection<BridgeRule> bridges, Collection<PortRule> ports, Unrouted unrouted);

    /** Guards one more bridge, or one in another way than before. */
    void add(BridgeRule bridge);

    /** No longer guards these bridges; names that are none are fine. */
    void remove(Collection<String> links);

    /** Leads ports of the host to containers. */
    default void publish(Collection<PortRule> ports) {
        replace(List.of(), ports);
    }

    /** Ends that; ports that are not published are left out. */
    default void withdraw(Collection<PortRule> ports) {
        replace(ports, List.of());
    }

    /** Both in one transaction. */
    void replace(Collection<PortRule> gone, Collection<PortRule> come);

    /** Between these links of the host, and no others, nothing is passed on. */
    void keepApart(Unrouted unrouted);

    /**
     * Writes all anew where somebody else took something away.
     *
     * @param generations of the changes that did; empty where that is not known
     * @return whether anything was written
     */
    boolean mend(Set<Integer> generations);

    /** Takes all rules away but the administrator's and those that keep links of the host apart. */
    void remove();

    @Override
    void close();

    /** Sets no rules: the administrator does, or nobody. */
    record Off() implements Firewall {
        @Override
        public boolean covers(boolean ipv6) {
            return false;
        }

        @Override
        public String table() {
            return "";
        }

        @Override
        public void install(Collection<BridgeRule> bridges, Collection<PortRule> ports, Unrouted unrouted) {}

        @Override
        public void add(BridgeRule bridge) {}

        @Override
        public void remove(Collection<String> links) {}

        @Override
        public void replace(Collection<PortRule> gone, Collection<PortRule> come) {}

        @Override
        public void keepApart(Unrouted unrouted) {}

        @Override
        public boolean mend(Set<Integer> generations) {
            return false;
        }

        @Override
        public void remove() {}

        @Override
        public void close() {}
    }
}
