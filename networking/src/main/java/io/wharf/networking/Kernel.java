package io.wharf.networking;

import io.wharf.linux.Netlink;
import io.wharf.networking.firewall.Firewall;
import io.wharf.networking.firewall.ForeignChains;
import org.jspecify.annotations.Nullable;

/**
 * What the verbs need of the kernel, opened once at start: links, namespaces and rules. Used on pool threads.
 *
 * @param foreign null where no rules may be set
 */
record Kernel(
        Netlink netlink,
        Wiring wiring,
        Firewall firewall,
        @Nullable ForeignChains foreign) {
    void close() {
        firewall.close();
        wiring.close();
    }
}
