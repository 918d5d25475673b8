package io.wharf.contracts;

import java.util.List;
import java.util.Map;

/**
 * What networks get that do not say otherwise.
 *
 * @param pools where subnets come from that nobody named; empty for the usual ones
 * @param options by driver, the options of new networks
 * @param mtu of the default bridge, or 0 for the usual
 * @param bridge addresses of the default bridge
 * @param dns how containers find names
 */
public record NetworkDefaults(
        List<Pool> pools, Map<String, Map<String, String>> options, int mtu, BridgeDefaults bridge, DnsDefaults dns) {
    /** Of an engine that nobody configured. */
    public static final NetworkDefaults USUAL =
            new NetworkDefaults(List.of(), Map.of(), 0, BridgeDefaults.USUAL, DnsDefaults.USUAL);

    public NetworkDefaults {
        pools = List.copyOf(pools);
        options = Map.copyOf(options);
    }

    /**
     * A block of addresses.
     *
     * @param base in CIDR form
     * @param size prefix of the subnets that it is cut into
     */
    public record Pool(String base, int size) {}
}
