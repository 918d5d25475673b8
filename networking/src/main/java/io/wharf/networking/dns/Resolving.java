package io.wharf.networking.dns;

import io.wharf.base.Json;
import io.wharf.base.KernelObject;
import java.util.List;

/**
 * A container whose names are answered, as the ledger keeps it: for the next engine to stand at the same ports.
 *
 * @param netns path of its namespace
 * @param servers that it was given, in the order in which they are asked; empty for the host's
 * @param options of its resolv.conf; empty for the host's
 */
record Resolving(
        String containerId, String netns, List<String> servers, List<String> options, int udpPort, int tcpPort) {
    static final String KIND = "resolver";
    private static final String TABLE = "ip wharf_dns";

    Resolving {
        servers = List.copyOf(servers);
        options = List.copyOf(options);
    }

    Resolving at(int udp, int tcp) {
        return new Resolving(containerId, netns, servers, options, udp, tcp);
    }

    KernelObject record() {
        return new KernelObject(KIND, containerId, containerId, Json.write(this));
    }

    /**
     * Leads port 53 of 127.0.0.11 to the sockets, in the language of nft(8), where nothing leads there yet. An answer to a
     * call that the kernel has forgotten meanwhile still comes from port 53.
     */
    String rules() {
        String at = Sockets.ADDRESS.getHostAddress();
        return "table " + TABLE + " {\n"
                + "chain to {\ntype nat hook output priority -100; policy accept;\n"
                + "ip daddr " + at + " udp dport 53 dnat to " + at + ":" + udpPort + "\n"
                + "ip daddr " + at + " tcp dport 53 dnat to " + at + ":" + tcpPort + "\n}\n"
                + "chain from {\ntype nat hook postrouting priority srcnat; policy accept;\n"
                + "ip saddr " + at + " udp sport " + udpPort + " snat to " + at + ":53\n"
                + "ip saddr " + at + " tcp sport " + tcpPort + " snat to " + at + ":53\n}\n}\n";
    }

    /** The same in the place of what was there, in one transaction; to take a table away costs the kernel some 10 ms. */
    String rulesAnew() {
        return "add table " + TABLE + "\ndelete table " + TABLE + "\n" + rules();
    }
}
