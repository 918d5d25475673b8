package io.wharf.contracts;

import java.util.List;

/**
 * How containers find names that do not say otherwise.
 *
 * @param servers addresses; empty for the host's
 * @param options of their resolv.conf; empty for the host's
 * @param search domains; empty for the host's
 * @param hostGateways addresses that {@code host-gateway} stands for; empty for that of the default bridge
 */
public record DnsDefaults(List<String> servers, List<String> options, List<String> search, List<String> hostGateways) {
    /** Of an engine that nobody configured. */
    public static final DnsDefaults USUAL = new DnsDefaults(List.of(), List.of(), List.of(), List.of());

    public DnsDefaults {
        servers = List.copyOf(servers);
        options = List.copyOf(options);
        search = List.copyOf(search);
        hostGateways = List.copyOf(hostGateways);
    }
}
