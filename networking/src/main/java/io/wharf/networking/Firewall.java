package io.wharf.networking;

import io.wharf.linux.LinuxException;
import io.wharf.linux.Nftables;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's own table of rules. It knows all that should stand in it, so that a table lost to another program's flush
 * is written anew by the next change.
 *
 * <p>Each change is one transaction. Calls take some hundred microseconds in the kernel: for pool threads, any number.
 */
sealed interface Firewall extends AutoCloseable permits Firewall.Nft, Firewall.Off {
    /** Replaces all rules by those of these bridges and ports. */
    void install(List<BridgeRule> bridges, List<PortRule> ports);

    /** Guards one more bridge, or one in another way than before. */
    void add(BridgeRule bridge);

    /** No longer guards a bridge; none of this name is fine. */
    void remove(String link);

    /** Leads ports of the host to containers. */
    void publish(List<PortRule> ports);

    /** Ends that; ports that are not published are left out. */
    void withdraw(List<PortRule> ports);

    /** Takes all rules away. */
    void remove();

    @Override
    void close();

    /** Rules through libnftables in this process. */
    final class Nft implements Firewall {
        private static final Logger LOG = LoggerFactory.getLogger(Firewall.class);

        private final RuleText text;
        private final Nftables nft;
        private final List<BridgeRule> bridges = new ArrayList<>();
        private final Set<PortRule> ports = new LinkedHashSet<>();

        Nft(RuleText text, Nftables nft) {
            this.text = text;
            this.nft = nft;
        }

        @Override
        public synchronized void install(List<BridgeRule> wantedBridges, List<PortRule> wantedPorts) {
            bridges.clear();
            bridges.addAll(wantedBridges);
            ports.clear();
            ports.addAll(wantedPorts);
            nft.run(text.all(bridges, ports));
        }

        @Override
        public synchronized void add(BridgeRule bridge) {
            bridges.removeIf(other -> other.link().equals(bridge.link()));
            bridges.add(bridge);
            nft.run(text.all(bridges, ports));
        }

        @Override
        public synchronized void remove(String link) {
            if (bridges.removeIf(other -> other.link().equals(link))) {
                nft.run(text.all(bridges, ports));
            }
        }

        @Override
        public synchronized void publish(List<PortRule> added) {
            if (added.isEmpty()) {
                return;
            }
            ports.addAll(added);
            try {
                change(text.publish(added));
            } catch (LinuxException e) {
                added.forEach(ports::remove);
                throw e;
            }
        }

        @Override
        public synchronized void withdraw(List<PortRule> gone) {
            List<PortRule> known = gone.stream().filter(ports::contains).toList();
            if (!known.isEmpty()) {
                known.forEach(ports::remove);
                change(text.withdraw(known));
            }
        }

        private void change(String commands) {
            try {
                nft.run(commands);
            } catch (LinuxException e) {
                LOG.warn(
                        "The rules in table {} are not as they were left ({}); writing them anew",
                        text.table(),
                        e.reason());
                nft.run(text.all(bridges, ports));
            }
        }

        @Override
        public synchronized void remove() {
            nft.run(text.remove());
        }

        @Override
        public void close() {
            nft.close();
        }
    }

    /** Sets no rules: the administrator does, or nobody. */
    record Off() implements Firewall {
        @Override
        public void install(List<BridgeRule> bridges, List<PortRule> ports) {}

        @Override
        public void add(BridgeRule bridge) {}

        @Override
        public void remove(String link) {}

        @Override
        public void publish(List<PortRule> ports) {}

        @Override
        public void withdraw(List<PortRule> ports) {}

        @Override
        public void remove() {}

        @Override
        public void close() {}
    }
}
