package io.wharf.networking.firewall;

import io.wharf.linux.Conntrack;
import io.wharf.linux.Conntrack.Flow;
import io.wharf.linux.LinkAddress;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Netlink;
import io.wharf.networking.address.Ip;
import io.wharf.networking.ports.Protocol;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel forget where UDP packets went before a port came or went. Rules of translation decide about a flow's first
 * packet alone, and a client that goes on sending keeps its flow alive: it would be led to a container that is gone, or
 * never to one that came. TCP needs none of this, for a new connection is a new flow. Blocking.
 */
final class StaleFlows {
    private static final Logger LOG = LoggerFactory.getLogger(StaleFlows.class);

    private StaleFlows() {}

    static void forget(Collection<PortRule> gone, Collection<PortRule> come) {
        List<PortRule> changed = Stream.concat(gone.stream(), come.stream())
                .filter(rule -> rule.port().protocol() == Protocol.UDP && rule.translated())
                .toList();
        if (changed.isEmpty()) {
            return;
        }
        try (Conntrack conntrack = Conntrack.open()) {
            Set<InetAddress> local = addresses();
            int count = conntrack.forget(
                    Conntrack.UDP, flow -> changed.stream().anyMatch(rule -> concerns(rule, flow, local)));
            LOG.debug("{} stale flows of UDP are forgotten", count);
        } catch (LinuxException e) {
            LOG.warn("UDP clients of changed ports may go on with what was there before: {}", e.getMessage());
        }
    }

    private static boolean concerns(PortRule rule, Flow flow, Set<InetAddress> local) {
        if (flow.destinationPort() != rule.port().hostPort()) {
            return false;
        }
        if (flow.replySource().equals(rule.address())
                && flow.replySourcePort() == rule.port().containerPort()) {
            return true;
        }
        return rule.port().onEveryAddress()
                // What other hosts are asked at the same port is nobody's business here.
                ? sameFamily(rule, flow)
                        && (flow.destination().isLoopbackAddress() || local.contains(flow.destination()))
                : Ip.text(flow.destination()).equals(rule.port().hostIp());
    }

    private static boolean sameFamily(PortRule rule, Flow flow) {
        return rule.address().getClass() == flow.destination().getClass();
    }

    /** Of this host, asked once for all flows. */
    private static Set<InetAddress> addresses() {
        try (Netlink netlink = Netlink.open()) {
            return netlink.addresses().stream().map(LinkAddress::address).collect(Collectors.toSet());
        }
    }
}
