package io.wharf.networking.firewall;

import io.wharf.networking.address.Subnet;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bridge to guard.
 *
 * @param link name of the bridge
 * @param ipv4 {@link Side#NONE} for a bridge without
 * @param internal whether nothing is passed on into or out of it; the host itself reaches it all the same
 * @param icc whether its containers may talk to each other
 * @param trusted links of the host from which published ports are open at the containers' own addresses
 */
public record BridgeRule(String link, Side ipv4, Side ipv6, boolean internal, boolean icc, List<String> trusted) {
    public BridgeRule {
        trusted = List.copyOf(trusted);
    }

    /**
     * What holds for the addresses of one family.
     *
     * @param masquerade whether what leaves the bridge goes under an address of the host; only where the mode translates
     * @param source that address, or null for the one of the link by which it leaves
     */
    public record Side(
            List<Subnet> subnets,
            GatewayMode mode,
            boolean masquerade,
            @Nullable InetAddress source) {
        /** No addresses of this family. */
        public static final Side NONE = new Side(List.of(), GatewayMode.NAT, false, null);

        public Side {
            subnets = List.copyOf(subnets);
        }

        /** Translated, as bridges are that nobody asked more of. */
        public static Side usual(Subnet subnet) {
            return new Side(List.of(subnet), GatewayMode.NAT, true, null);
        }
    }

    /** Whether published ports are open at the containers' own addresses of this side, to somebody at least. */
    boolean opens(Side side) {
        return !internal && (side.mode() == GatewayMode.ROUTED || !trusted.isEmpty());
    }
}
