package io.wharf.contracts;

import org.jspecify.annotations.Nullable;

/**
 * What the engine may do to the packets of its host, beside {@link EngineOptions#iptables}.
 *
 * @param ip6tables whether rules for IPv6 may be set; those of IPv4 are {@link EngineOptions#iptables}
 * @param ipForward whether the engine makes the host pass packets on
 * @param keepApart whether, having done so, it drops what the links that the host had until then would now exchange
 * @param ipMasquerade whether what leaves the default bridge goes under the host's address
 * @param icc whether containers on the default bridge may talk to each other
 * @param hostIp the host's address at which the default bridge publishes ports that name none, or null for all
 * @param directRouting whether others reach published ports at the containers' own addresses
 * @param acceptMark mark, or mark/mask, of packets that are let into all bridges, or empty
 * @param userlandProxy whether the engine copies what no rule can lead to a container
 */
public record FirewallOptions(
        boolean ip6tables,
        boolean ipForward,
        boolean keepApart,
        boolean ipMasquerade,
        boolean icc,
        @Nullable String hostIp,
        boolean directRouting,
        String acceptMark,
        boolean userlandProxy) {
    /** As of an engine that nobody configured, but for whether it may set rules at all. */
    public static FirewallOptions usual(boolean iptables) {
        return new FirewallOptions(iptables, true, true, true, true, null, false, "", true);
    }
}
