package io.wharf.networking;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.wharf.base.KernelLedger;
import io.wharf.contracts.DnsDefaults;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.linux.Pools;
import io.wharf.networking.dns.Dns;
import io.wharf.networking.dns.Member;
import io.wharf.networking.dns.Zones;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the names of the networks in step with who is in them, and gives containers in users' networks their server. The
 * default bridge has no names, as with Docker. Confined to the verticle's context; nothing of it is loaded before it is
 * needed.
 */
final class Naming {
    private final Zones zones = new Zones();
    private @Nullable Context context;
    private @Nullable KernelLedger ledger;
    private @Nullable Pools pools;
    private @Nullable Dns dns;
    private DnsDefaults defaults = DnsDefaults.USUAL;

    /** Called once, before anything is served. */
    void begin(Context verticle, KernelLedger records, Pools blocking, DnsDefaults usual) {
        defaults = usual;
        context = verticle;
        ledger = records;
        pools = blocking;
    }

    /** What stands in resolv.conf for all other servers; empty for a container without names. */
    static List<String> servers(Membership member) {
        return isServed(member) ? List.of(Dns.SERVER) : List.of();
    }

    private static boolean isServed(Membership member) {
        return member.ownsNamespace() && member.endpoints().stream().anyMatch(Naming::isNamed);
    }

    private static boolean isNamed(Endpoint endpoint) {
        return !Network.isPredefined(endpoint.network());
    }

    /** A container is in its networks now, or is called otherwise there. */
    void put(@Nullable Membership before, Membership after) {
        if (before != null && !networks(before).equals(networks(after))) {
            drop(before);
        }
        for (Endpoint endpoint : after.inOrder()) {
            if (isNamed(endpoint)) {
                zones.put(endpoint.networkId(), endpoint.network(), member(after, endpoint));
            }
        }
    }

    void drop(Membership member) {
        networks(member).forEach(id -> zones.remove(id, member.containerId()));
    }

    private static Set<String> networks(Membership member) {
        return member.endpoints().stream()
                .filter(Naming::isNamed)
                .map(Endpoint::networkId)
                .collect(Collectors.toSet());
    }

    private static Member member(Membership member, Endpoint endpoint) {
        return new Member(
                member.containerId(),
                member.dnsNames(endpoint),
                endpoint.addresses(),
                links(endpoint.asked().links()),
                member.leadsOut());
    }

    /** Alias to name, of entries like {@code name:alias} or {@code name}. */
    private static Map<String, String> links(List<String> asked) {
        Map<String, String> links = new HashMap<>();
        for (String link : asked) {
            int colon = link.indexOf(':');
            String name = colon < 0 ? link : link.substring(0, colon);
            links.put(colon < 0 ? link : link.substring(colon + 1), name);
        }
        return links;
    }

    /** Gives a container its server where one of its networks has names; it keeps it until {@link #end}. */
    Future<Void> serve(Membership member, JoinNetworks asked) {
        return isServed(member)
                ? dns().open(
                                member.containerId(),
                                member.netns(),
                                asked.dns().isEmpty() ? defaults.servers() : asked.dns(),
                                asked.dnsOptions().isEmpty() ? defaults.options() : asked.dnsOptions())
                : Future.succeededFuture();
    }

    /** Takes it away, before the namespace is given up. */
    Future<Void> end(String containerId) {
        return dns == null ? Future.succeededFuture() : dns().close(containerId);
    }

    /** Serves again whom the last engine served. */
    Future<Void> restore(Collection<Membership> members) {
        Set<String> served = members.stream()
                .filter(Naming::isServed)
                .map(Membership::containerId)
                .collect(Collectors.toSet());
        return served.isEmpty() ? Future.succeededFuture() : dns().restore(served);
    }

    void stop() {
        if (dns != null) {
            dns.stop();
        }
    }

    private Dns dns() {
        Dns made = dns;
        if (made == null) {
            made = new Dns(
                    Objects.requireNonNull(context),
                    Objects.requireNonNull(ledger),
                    Objects.requireNonNull(pools),
                    zones);
            dns = made;
        }
        return made;
    }
}
